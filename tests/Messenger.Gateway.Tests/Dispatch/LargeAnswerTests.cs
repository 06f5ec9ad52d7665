using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Large answers wait for memory before their actor is asked; what is small does not wait for them.</summary>
public sealed class LargeAnswerTests : IDisposable
{
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose() => _go.Dispose();

    [Fact]
    public async Task TwoOfAConnectionAreUnderWayAndTheRestWaitsUnasked()
    {
        await using var server = await Start();
        using var client = await server.Login();
        for (var i = 0; i < 10; i++)
        {
            await client.Send(Page(i, size: 1));
        }

        await Eventually.True(() => _asked.Count == 2, "two are asked");
        await client.AssertAlive();
        Assert.Equal(2, _asked.Count);

        _go.Release(10);
        Assert.Equal(Enumerable.Range(0, 10), (await Answers(client, 10)).Order());
        await Eventually.True(() => server.Memory.Answers.Used == 0, "all is given back");
    }

    [Fact]
    public async Task AllConnectionsTogetherStayWithinTheBudgetAndWhoFollowsIsServedInTurn()
    {
        // Room for three of the largest pages.
        const int Fit = 3;
        await using var server = await Start(total: 40L * 1024 * 1024 * 100 / 15);
        List<TestClient> clients = [];
        for (var i = 0; i < 4; i++)
        {
            clients.Add(await server.Login($"app{i}"));
            await clients[i].Send(Page(1, size: 100));
            await clients[i].Send(Page(2, size: 100));
        }

        await Eventually.True(() => _asked.Count == Fit, "as many as fit are asked");
        await clients[^1].AssertAlive();
        Assert.Equal(Fit, _asked.Count);
        Assert.InRange(server.Memory.Answers.Used, 1, server.Memory.Answers.Limit);

        _go.Release(1000);
        foreach (var client in clients)
        {
            Assert.Equal([1, 2], (await Answers(client, 2)).Order());
            client.Dispose();
        }

        await Eventually.True(() => server.Memory.Answers.Used == 0, "all is given back");
    }

    [Fact]
    public async Task WhoseDeadlineIsOverWhileItWaitsIsAnsweredAndNeverAsked()
    {
        await using var server = await Start();
        using var client = await server.Login();
        for (var i = 0; i < 3; i++)
        {
            await client.Send(Page(i, size: 1));
        }

        await Eventually.True(() => _asked.Count == 2, "two are asked");
        for (var second = 0; second < 10; second++)
        {
            server.Time.Advance(SessionSweeper.Period);
            await Task.Yield();
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        }

        _go.Release(10);
        await Eventually.True(() => server.Memory.Answers.Used == 0 && server.Sessions.All.Single().InFlight.IsEmpty, "all is given back");
        Assert.Equal(2, _asked.Count);
    }

    /// <summary>Each of a conversation of its own: one conversation's go one after the other anyway.</summary>
    private static string Page(int i, int size) =>
        $$$"""{"type":"RequestGetMessages","id":{{{i}}},"payload":{"conversationUuid":"{{{Guid.NewGuid()}}}","size":{{{size}}}}}""";

    private static async Task<List<int>> Answers(TestClient client, int count)
    {
        List<int> ids = [];
        while (ids.Count < count)
        {
            ids.Add((await client.Json()).GetProperty("id").GetInt32());
        }

        return ids;
    }

    private async Task<GatewayServer> Start(long? total = null)
    {
        var server = await GatewayServer.Start(total: total);
        server.Grains.On(nameof(IConversationGrain.GetMessages), async Task<Result<ResponseGetMessages>> (call) =>
        {
            _asked.Enqueue(call.Key);
            await _go.WaitAsync();
            return new ResponseGetMessages([]);
        });
        return server;
    }
}
