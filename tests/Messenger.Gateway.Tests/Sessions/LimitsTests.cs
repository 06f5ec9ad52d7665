using System.Net;
using Messenger.Gateway.Dispatch;
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
        var grain = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On("Typing", _ => grain.Task);
        using var client = await server.Login();
        for (var i = 0; i < 20; i++)
        {
            await client.Send($$$"""{"type":"RequestTyping","payload":{"conversationUuid":"{{{Guid.NewGuid()}}}"}}""");
        }

        var session = server.Sessions.All.Single();
        await Eventually.True(() => session.IsWaiting, "not reading");
        Assert.Equal(4, server.Grains.Calls("Typing").Length);

        // Silence of its own making is not the peer's.
        server.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(session.IsWaiting);
        grain.SetResult(Answer.Ok);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", (await client.Status()).Status);
        }
    }

    [Fact]
    public async Task AnAddressRegistersSoOften()
    {
        await using var server = await GatewayServer.Start(options => options.RegistrationsPerAddress = 2);
        using var client = await server.Connect();
        var request = $$$"""{"type":"RequestRegisterApplication","payload":{"applicationType":"android","openUserId":"+35794048714","userId":"{{{TestClient.User}}}","uuid":"a"}}""";
        foreach (var expected in new[] { Statuses.Ok, Statuses.Ok, Statuses.TooManyRequests })
        {
            await client.Send(request);
            Assert.Equal(expected, (await client.Status()).Status);
        }

        Assert.Equal(2, server.Grains.Calls("Register").Length);
    }

    [Fact]
    public void AddressesAreCountedByNetworkAndForgotten()
    {
        var time = new FakeTimeProvider();
        var limit = new RegistrationLimit(Options.Create(new GatewayOptions { RegistrationsPerAddress = 1 }), time);
        Assert.Null(limit.Refuse(IPAddress.Parse("2001:db8::1")));
        Assert.Equal("too many registrations from this address; try again in 600 s", limit.Refuse(IPAddress.Parse("2001:db8::2"))?.Description);
        Assert.Null(limit.Refuse(IPAddress.Parse("2001:db8:0:1::2")));
        Assert.Null(limit.Refuse(IPAddress.Parse("10.0.0.1")));
        Assert.NotNull(limit.Refuse(IPAddress.Parse("::ffff:10.0.0.1")));

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(limit.Refuse(IPAddress.Parse("10.0.0.1")));
        for (var i = 0; i < 3 * RegistrationLimit.MaxAddresses; i++)
        {
            limit.Refuse(new IPAddress(i + 1L));
            Assert.True(limit.Count <= RegistrationLimit.MaxAddresses);
        }
    }
}
