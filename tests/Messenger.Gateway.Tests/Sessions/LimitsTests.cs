using System.Net;
using Messenger.Contracts;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>Rates and backpressure.</summary>
public class LimitsTests
{
    [Fact]
    public async Task TooManyRequestsAreToldHowLongToWait()
    {
        await using var server = await GatewayServer.Start(options => (options.RequestsPerSecond, options.RequestBurst) = (1, 3));
        using var client = await server.Connect();
        for (var i = 0; i < 3; i++)
        {
            await client.Send("""{"type":"RequestPing"}""");
            Assert.Contains(nameof(ResponsePong), await client.Text(), StringComparison.Ordinal);
        }

        await client.Send("""{"type":"RequestPing"}""");
        var status = await client.Status();
        Assert.Equal((Statuses.TooManyRequests, "too many requests on this connection; try again in 1 s"), (status.Status, status.Description));

        server.Time.Advance(TimeSpan.FromSeconds(1));
        await client.Send("""{"type":"RequestPing"}""");
        Assert.Contains(nameof(ResponsePong), await client.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitsCanBeLifted()
    {
        await using var server = await GatewayServer.Start(options => (options.RequestBurst, options.LimitsEnabled) = (1, false));
        using var client = await server.Connect();
        for (var i = 0; i < 10; i++)
        {
            await client.AssertAlive();
        }
    }

    [Fact]
    public async Task AThousandPipelinedRequestsPass()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await client.Send($$$"""{"type":"RequestTyping","id":{{{i}}},"payload":{"conversationUuid":"{{{Guid.NewGuid()}}}"}}""");
            }
        });
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal("ok", (await client.Status()).Status);
        }

        await sending;
    }

    [Fact]
    public async Task ASocketIsNotReadWhileTooManyRequestsAreServed()
    {
        await using var server = await GatewayServer.Start(options => options.InFlight = 4);
        var grain = new TaskCompletionSource<Result>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On("Typing", _ => grain.Task);
        using var client = await server.Login();
        for (var i = 0; i < 20; i++)
        {
            await client.Send($$$"""{"type":"RequestTyping","payload":{"conversationUuid":"{{{Guid.NewGuid()}}}"}}""");
        }

        var session = server.Sessions.All.Single();
        await Eventually.True(() => session.IsWaiting, "not reading");
        Assert.Equal(4, server.Grains.Calls("Typing").Length);

        // They have their answers in time, their calls go on, and still nothing more is read: silence of its own making is not the peer's.
        for (var second = 0; second < 300; second++)
        {
            server.Time.Advance(SessionSweeper.Period);
        }

        Assert.True(session.IsWaiting);
        grain.SetResult(Result.Ok);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i < 4 ? "unavailable" : "ok", (await client.Status()).Status);
        }
    }

    [Fact]
    public async Task AnAddressRegistersSoOften()
    {
        await using var server = await GatewayServer.Start(options => options.RegistrationsPerAddress = 2);
        using var client = await server.Connect();
        var request = $$$"""{"type":"RequestRegisterApplication","payload":{"applicationType":"android","openUserId":"+35794048714","userId":"{{{TestClient.User}}}","uuid":"application-of-22-characters"}}""";
        foreach (var expected in new[] { Statuses.Ok, Statuses.Ok, Statuses.TooManyRequests })
        {
            await client.Send(request);
            Assert.Equal(expected, (await client.Status()).Status);
        }

        Assert.Equal(2, server.Grains.Calls("Register").Length);
    }

    [Fact]
    public async Task ANetworkThatAsksForManyCodesInADayIsCalledFrequent()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Connect();
        var (request, day) = ("""{"type":"RequestRegisterApplication","payload":{"applicationType":"android","openUserId":"+35794048714","uuid":"application-of-22-characters"}}""", 0);
        server.Grains.On("Take", arguments => Task.FromResult((TimeSpan)arguments.Args[1]! == TimeSpan.FromDays(1) && ++day > (int)arguments.Args[0]! ? 60 : 0));
        for (var i = 0; i < 4; i++)
        {
            await client.Send(request);
            Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        }

        Assert.Equal([false, false, false, true], server.Grains.Calls("Register").Select(call => ((RegistrationOrigin)call.Args[1]!).Frequent));
    }

    [Fact]
    public void ASiteOfIPv6IsCountedBesidesItsNetworks()
    {
        static IPAddress At(int network) => IPAddress.Parse($"2001:db8:1:{network:x}::1");
        var window = new NetworkWindows(most: 2, TimeSpan.FromMinutes(10), capacity: 100, new FakeTimeProvider());
        var taken = Enumerable.Range(0, 50).Count(network => window.Take(At(network)) == 0 && window.Take(At(network)) == 0);
        Assert.Equal(2 * AddressBucket.NetworksPerSite, taken * 2);
        Assert.Equal(600, window.Wait(At(77)));
        Assert.Equal(0, window.Take(IPAddress.Parse("2001:db8:2::1")));

        var connections = new AddressCounts();
        var entered = Enumerable.Range(0, 50).Where(network => connections.TryEnter(At(network), 1)).ToList();
        Assert.Equal(AddressBucket.NetworksPerSite, entered.Count);
        connections.Leave(At(entered[0]));
        Assert.True(connections.TryEnter(At(99), 1));
    }

    [Fact]
    public void KeysAreCountedOverTheirWindowAndForgotten()
    {
        var time = new FakeTimeProvider();
        var window = new FixedWindows<IPAddress>(most: 1, TimeSpan.FromMinutes(10), capacity: 100, time);
        Assert.Equal(0, window.Take(AddressBucket.Of(IPAddress.Parse("2001:db8::1"))));
        Assert.Equal(600, window.Take(AddressBucket.Of(IPAddress.Parse("2001:db8::2"))));
        Assert.Equal(0, window.Take(AddressBucket.Of(IPAddress.Parse("2001:db8:0:1::2"))));
        Assert.Equal(0, window.Take(AddressBucket.Of(IPAddress.Parse("10.0.0.1"))));
        Assert.Equal(600, window.Wait(AddressBucket.Of(IPAddress.Parse("::ffff:10.0.0.1"))));

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, window.Take(IPAddress.Parse("10.0.0.1")));
        for (var i = 0; i < 1000; i++)
        {
            window.Take(new IPAddress(i + 1L));
            Assert.True(window.Count <= 100);
        }
    }

    [Fact]
    public async Task AnAddressIsCountedInTheClusterTooAndNothingIsSentWhileThatIsAway()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Connect();
        var request = $$$"""{"type":"RequestRegisterApplication","payload":{"applicationType":"android","openUserId":"+35794048714","userId":"{{{TestClient.User}}}","uuid":"application-of-22-characters"}}""";
        server.Grains.On("Take", _ => Task.FromResult(77));
        await client.Send(request);
        var status = await client.Status();
        Assert.Equal((Statuses.TooManyRequests, "too many registrations from this address; try again in 77 s"), (status.Status, status.Description));

        server.Grains.On("Take", _ => Task.FromException<int>(new TimeoutException()));
        await client.Send(request);
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        Assert.Empty(server.Grains.Calls("Register"));
    }

    [Fact]
    public void AUsersMessagesConversationsAndAdditionsAreCountedApart()
    {
        var time = new FakeTimeProvider();
        var limits = new UserLimits(Options.Create(new GatewayOptions { MessagesPerMinute = 1, CreationsPerHour = 1, AdditionsPerHour = 1 }), time);
        Messenger.Protocol.IRequest[] kinds =
        [
            new RequestAddMessage(null, null!, false, null, null!, null, null!),
            new RequestCreateConversationFull(null, null!, false, null, null, null!, null!, null),
            new RequestAddMember(null!, null!, null!),
        ];
        Assert.All(kinds, kind => Assert.Null(limits.Refuse("ann", kind)));
        Assert.All(kinds, kind => Assert.Equal(Statuses.TooManyRequests, limits.Refuse("ann", kind)?.Status));
        Assert.All(kinds, kind => Assert.Null(limits.Refuse("bob", kind)));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(limits.Refuse("ann", kinds[0]));
        Assert.EndsWith("try again in 3540 s", limits.Refuse("ann", kinds[1])?.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void FailuresAreCountedByAddressAndByUserAndToldToWhoFails()
    {
        var time = new FakeTimeProvider();
        var limits = new UserLimits(Options.Create(new GatewayOptions { FailedLoginsPerAddress = 2, FailedLoginsPerUser = 3 }), time);
        var (here, there) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        var wrong = Error.Unauthenticated("no such application");
        Assert.Same(wrong, limits.AfterLogin(wrong, here, "ann"));
        Assert.False(limits.IsSuspect(here, "ann"));
        Assert.Same(wrong, limits.AfterLogin(wrong, here, "ann"));
        Assert.True(limits.IsSuspect(here, "bob"));
        Assert.False(limits.IsSuspect(there, "bob"));
        Assert.EndsWith("from this address; try again in 600 s", limits.AfterLogin(wrong, here, "ann")?.Description, StringComparison.Ordinal);
        Assert.True(limits.IsSuspect(there, "ann"));
        Assert.EndsWith("of this user; try again in 600 s", limits.AfterLogin(wrong, there, "ann")?.Description, StringComparison.Ordinal);

        // Who is right is refused by nobody's failures.
        Assert.Null(limits.AfterLogin(null, here, "ann"));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(limits.IsSuspect(here, "ann"));
    }

    [Fact]
    public async Task ARightCredentialIsNotRefusedForTheWrongOnesOfItsNeighbours()
    {
        await using var server = await GatewayServer.Start(options => options.FailedLoginsPerAddress = 3);
        server.Grains.On("Authenticate", call => Task.FromResult(call.Args[0] is "app"
            ? (Result<Caller>)new Caller(call.Key, ApplicationNames.Of("app"))
            : Error.Unauthenticated("no such application")));
        using (var attacker = await server.Connect())
        {
            foreach (var expected in new[] { "unauthenticated", "unauthenticated", "unauthenticated", "too_many_requests", "too_many_requests" })
            {
                await attacker.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"guess"}}""");
                Assert.Equal(expected, (await attacker.Status()).Status);
            }
        }

        using var owner = await server.Login();
        await owner.AssertAlive();
    }

    [Fact]
    public async Task AnAddressConfirmsSoOften()
    {
        await using var server = await GatewayServer.Start(options => options.RegistrationsPerAddress = 1);
        using var client = await server.Connect();
        for (var i = 0; i < 6; i++)
        {
            await client.Send($$$"""{"type":"RequestConfirmRegistration","payload":{"smsCode":"1","userId":"{{{TestClient.User}}}","uuid":"application-of-22-characters"}}""");
            Assert.Equal(i < 5 ? "ok" : "too_many_requests", (await client.Status()).Status);
        }

        Assert.Equal(5, server.Grains.Calls("Confirm").Length);
    }
}
