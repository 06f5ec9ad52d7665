using System.Net;
using Messenger.Contracts;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Grains;
using Messenger.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>However many come, as many are let in as the servers can do, addresses in turn, and the others hear when to come back.</summary>
public sealed class AdmissionTests
{
    private static readonly IPAddress Crowd = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Single = IPAddress.Parse("10.0.0.2");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task SoManyAtOnceAndAddressesInTurn()
    {
        var queue = new AdmissionQueue(1, 100, TimeSpan.FromSeconds(5), _time);
        var first = queue.Enter(Crowd);
        var crowd = Enumerable.Range(0, 10).Select(_ => queue.Enter(Crowd)).ToArray();
        var single = queue.Enter(Single);
        Assert.True(first.IsCompletedSuccessfully);
        Assert.All([.. crowd, single], waiting => Assert.False(waiting.IsCompleted));

        (await first)!.Dispose();
        Assert.True(crowd[0].IsCompletedSuccessfully);
        (await crowd[0])!.Dispose();
        Assert.True(single.IsCompletedSuccessfully);
        Assert.False(crowd[1].IsCompleted);
        (await single)!.Dispose();
        (await single)!.Dispose();
        Assert.True(crowd[1].IsCompletedSuccessfully);
        Assert.False(crowd[2].IsCompleted);
    }

    [Fact]
    public async Task WhoWaitedTooLongIsShedAndAFullQueueShedsTheCrowd()
    {
        var queue = new AdmissionQueue(1, 4, TimeSpan.FromSeconds(5), _time);
        Assert.True(queue.Enter(Crowd).IsCompletedSuccessfully);
        var crowd = Enumerable.Range(0, 5).Select(_ => queue.Enter(Crowd)).ToArray();
        Assert.Null(await crowd[4]);
        var single = queue.Enter(Single);
        Assert.Null(await crowd[3]);
        Assert.False(single.IsCompleted);
        Assert.Equal(4, queue.Waiting);

        // The place is held by one whose server hangs: a place is lent for a second, and each second another is let in.
        Sweep(queue, 2);
        Assert.NotNull(await crowd[0]);
        Sweep(queue, 1);
        Assert.NotNull(await single);
        Sweep(queue, 4);
        Assert.All(crowd, waiting => Assert.True(waiting.IsCompleted));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public void TheDictatedPauseGrowsWithThoseWhoAreAway()
    {
        var queue = new AdmissionQueue(10, 10, TimeSpan.FromSeconds(5), _time);
        var calm = Enumerable.Range(0, 100).Max(_ => queue.Pause());
        for (var i = 0; i < 10_000; i++)
        {
            _ = queue.Enter(Crowd);
        }

        Sweep(queue, 1);
        var pauses = Enumerable.Range(0, 1000).Select(_ => queue.Pause()).ToList();
        Assert.InRange(calm, 1, 2);
        Assert.InRange(pauses.Max(), 30, 61);
        Assert.InRange(pauses.Min(), 1, 10);
    }

    [Fact]
    public async Task AStormOfLoginsIsLetInAtTheRateOfTheServersAndALineASecondTellsOfTheOthers()
    {
        await using var server = await GatewayServer.Start(options => (options.GuestConcurrency, options.GuestQueue) = (2, 3));
        using var go = new SemaphoreSlim(0);
        var (atOnce, most) = (0, 0);
        server.Grains.On("Authenticate", async Task<Result<Caller>> (call) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await go.WaitAsync();
            Interlocked.Decrement(ref atOnce);
            return new Caller(call.Key, ApplicationNames.Of((string)call.Args[0]!));
        });
        var clients = new List<TestClient>();
        for (var i = 0; i < 8; i++)
        {
            var client = await server.Connect();
            await client.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"application-{{{i}}}-of-22-characters"}}""");
            clients.Add(client);
            await Eventually.True(() => server.Sessions.All.Count(session => !session.InFlight.IsEmpty) >= Math.Min(i + 1, 5), "it was read");
        }

        var shed = new List<ResponseStatusMessage>();
        foreach (var client in clients.TakeLast(3))
        {
            shed.Add(await client.Status());
        }

        Assert.All(shed, answer => Assert.Equal(Statuses.Unavailable, answer.Status));
        Assert.All(shed, answer => Assert.Matches("try again in [0-9]+ s$", answer.Description));
        server.Time.Advance(SessionSweeper.Period);
        Assert.Equal("3 requests were answered unavailable within a second (too many at the door)", Assert.Single(server.Log));
        go.Release(100);
        foreach (var client in clients.Take(5))
        {
            Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        }

        Assert.InRange(most, 1, 4);
        clients.ForEach(client => client.Dispose());
    }

    private void Sweep(AdmissionQueue queue, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(SessionSweeper.Period);
            queue.Sweep();
        }
    }
}
