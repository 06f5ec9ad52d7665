using System.Net.WebSockets;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>A gateway that stops lets its clients go at a pace, and tells them when to come back.</summary>
public class DrainTests
{
    [Fact]
    public async Task ClosesAtItsPace()
    {
        await using var server = await GatewayServer.Start(options => options.DrainPerSecond = 10);
        var clients = new List<TestClient>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await server.Login($"app{i}"));
        }

        var closed = clients.ConvertAll(client => client.Closed());
        var drain = server.Get<Drain>().Run(CancellationToken.None);
        for (var left = 19; left >= 0; left--)
        {
            await Eventually.True(() => server.Sessions.Count == left, $"{left} left");
            server.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await Eventually.True(
            () =>
            {
                server.Time.Advance(TimeSpan.FromMilliseconds(100));
                return drain.IsCompleted;
            },
            "drained");
        foreach (var (code, reason) in await Task.WhenAll(closed))
        {
            Assert.Equal(1001, code);
            Assert.StartsWith("reconnect-after-ms=", reason, StringComparison.Ordinal);
            Assert.InRange(int.Parse(reason["reconnect-after-ms=".Length..], System.Globalization.CultureInfo.InvariantCulture), 0, 2000);
        }

        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task RefusesNewConnectionsWith503()
    {
        await using var server = await GatewayServer.Start();
        await server.Get<Drain>().Run(CancellationToken.None);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(server.Address, CancellationToken.None));
        Assert.Equal(503, (int)socket.HttpStatusCode);
    }

    [Fact]
    public async Task AnswersWhatIsInFlightFirst()
    {
        await using var server = await GatewayServer.Start();
        var grain = new TaskCompletionSource<Result>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On("Typing", _ => grain.Task);
        using var client = await server.Login();
        await client.Send("""{"type":"RequestTyping","id":1,"payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e"}}""");
        await Eventually.True(() => server.Grains.Calls("Typing").Length == 1, "called");

        var session = server.Sessions.All.Single();
        var drain = server.Get<Drain>().Run(CancellationToken.None);
        await Eventually.True(() => session.IsDeaf, "about to be closed");
        Assert.False(session.Outbox.IsFinished);
        grain.SetResult(Result.Ok);

        Assert.Equal("ok", (await client.Status()).Status);
        Assert.Equal(1001, (await client.Closed()).Code);
        await Eventually.True(
            () =>
            {
                server.Time.Advance(TimeSpan.FromMilliseconds(100));
                return drain.IsCompleted;
            },
            "drained");
    }

    [Fact]
    public async Task WaitsForNoneWhenImpatient()
    {
        await using var server = await GatewayServer.Start(options => options.DrainPerSecond = 1);
        using var first = await server.Login("first");
        using var second = await server.Login("second");
        using var third = await server.Login("third");
        using var impatient = new CancellationTokenSource();
        await impatient.CancelAsync();
        await server.Get<Drain>().Run(impatient.Token).WaitAsync(TestClient.Timeout);
        foreach (var client in new[] { first, second, third })
        {
            Assert.Equal(1001, (await client.Closed()).Code);
        }
    }
}
