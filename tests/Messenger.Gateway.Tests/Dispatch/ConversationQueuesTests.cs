using System.Collections.Concurrent;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Requests of one connection to one conversation take effect in the order sent, however they are batched.</summary>
public sealed class ConversationQueuesTests : IDisposable
{
    private const string Conversation = "6921d2fd-e88c-4802-bb70-d7a18770939e";
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose() => _go.Dispose();

    [Fact]
    public async Task WhatWaitsGoesInBatchesAndInOrder()
    {
        await using var server = await GatewayServer.Start();
        Record(server);
        using var client = await server.Login();

        // The first call holds the queue; the spelling of the uuid makes no other.
        await client.Send(Add(0, Conversation.ToUpperInvariant()));
        await Eventually.True(() => _calls.Count == 1, "the first call");
        for (var i = 1; i <= 3; i++)
        {
            await client.Send(Add(i));
        }

        await client.Send(Delivered(4));
        await client.Send(Delivered(5));
        await client.Send(Plain("RequestTyping", 6));
        for (var i = 7; i <= 100; i++)
        {
            await client.Send(Add(i));
        }

        await client.AssertAlive();
        _go.Release(1000);
        for (var i = 0; i <= 100; i++)
        {
            Assert.Equal(i, (await client.Json()).GetProperty("id").GetInt32());
        }

        Assert.Equal(["Add 0", "Add 1-3", "Delivered 4-5", "Typing", "Add 7-70", "Add 71-100"], _calls);
    }

    [Fact]
    public async Task OneConversationDoesNotHoldUpAnother()
    {
        await using var server = await GatewayServer.Start();
        Record(server);
        using var client = await server.Login();
        await client.Send(Add(0));
        await Eventually.True(() => _calls.Count == 1, "the first call");
        await client.Send($$$"""{"type":"RequestMarkAllReaded","id":1,"payload":{"conversationUuid":"{{{Guid.NewGuid()}}}"}}""");
        await client.Send("""{"type":"GetBlackList","id":2,"payload":{}}""");
        Assert.Equal(1, (await client.Json()).GetProperty("id").GetInt32());
        Assert.Equal(2, (await client.Json()).GetProperty("id").GetInt32());
        _go.Release(1000);
        Assert.Equal(0, (await client.Json()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task ABatchThatFailsIsAnsweredOneByOneAndTheLaneGoesOn()
    {
        await using var server = await GatewayServer.Start();
        Record(server);
        var adding = 0;
        server.Grains.On(nameof(IConversationGrain.AddMessages), async Task<Result<SerializedResponse>[]> (call) =>
        {
            _calls.Enqueue("Add");
            await _go.WaitAsync();
            return Interlocked.Increment(ref adding) == 2 ? throw new TimeoutException() : Accept(call);
        });
        using var client = await server.Login();
        await client.Send(Add(0));
        await Eventually.True(() => !_calls.IsEmpty, "the first call");
        await client.Send(Add(1));
        await client.Send(Add(2));
        await client.Send(Plain("RequestMarkAllReaded", 3));
        await client.Send(Add(4));
        await client.AssertAlive();
        _go.Release(1000);

        Assert.Equal(nameof(ResponseAddedMessage), (await client.Json()).GetProperty("type").GetString());
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        Assert.Equal(nameof(ResponseAddedMessage), (await client.Json()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task WhatTheServerCutIsDropped()
    {
        await using var server = await GatewayServer.Start();
        Record(server);
        using var client = await server.Login();
        await client.Send(Add(0));
        await Eventually.True(() => _calls.Count == 1, "the first call");
        await client.Send(Add(1));
        await client.AssertAlive();
        var session = server.Sessions.All.Single();
        session.Close(CloseCode.Deleted, "");
        _go.Release(1000);
        await Eventually.True(() => session.InFlight.IsEmpty, "nothing in flight");
        Assert.Equal(["Add 0"], _calls);
    }

    [Fact]
    public async Task OfRefusalsInABatchEachIsItsOwn()
    {
        await using var server = await GatewayServer.Start();
        Record(server);
        server.Grains.On(nameof(IConversationGrain.Readed), call => Task.FromResult(
            Array.ConvertAll(((Immutable<RequestMessagesReaded[]>)call.Args[1]!).Value, request =>
                request.MessageUuids.Length == 0 ? Result.Ok : Error.NotFound("no such message"))));
        using var client = await server.Login();
        await client.Send(Add(0));
        await Eventually.True(() => _calls.Count == 1, "the first call");
        await client.Send($$$"""{"type":"RequestMessagesReaded","payload":{"conversationUuid":"{{{Conversation}}}","messageUuids":[]}}""");
        await client.Send($$$"""{"type":"RequestMessagesReaded","payload":{"conversationUuid":"{{{Conversation}}}","messageUuids":["{{{Conversation}}}"]}}""");
        await client.AssertAlive();
        _go.Release(1000);
        await client.Json();
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        var refused = await client.Status();
        Assert.Equal((Statuses.NotFound, "no such message"), (refused.Status, refused.Description));
    }

    private static string Uuid(int i) => $"00000000-0000-0000-0000-{i:d12}";

    private static string Add(int i, string conversation = Conversation) =>
        $$$"""{"type":"RequestAddMessage","id":{{{i}}},"payload":{"conversationUuid":"{{{conversation}}}","messageUuid":"{{{Uuid(i)}}}","sessionKeyUuid":"{{{Uuid(0)}}}","bodyEncryptedBase64":"AA==","ivBase64":"AA=="}}""";

    private static string Delivered(int i) =>
        $$$"""{"type":"MessageDelivered","id":{{{i}}},"payload":{"conversationUuid":"{{{Conversation}}}","messageUuid":"{{{Uuid(i)}}}"}}""";

    private static string Plain(string type, int i) => $$$"""{"type":"{{{type}}}","id":{{{i}}},"payload":{"conversationUuid":"{{{Conversation}}}"}}""";

    private static Result<SerializedResponse>[] Accept(StubCall call) => Array.ConvertAll(
        ((Immutable<RequestAddMessage[]>)call.Args[1]!).Value, request => (Result<SerializedResponse>)new SerializedResponse(Encoding.UTF8.GetBytes($"\"{request.MessageUuid}\"")));

    private static string Range(IEnumerable<string> uuids)
    {
        var numbers = uuids.Select(uuid => int.Parse(uuid[24..], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
        return numbers.Length == 1 ? $"{numbers[0]}" : $"{numbers[0]}-{numbers[^1]}";
    }

    private void Record(GatewayServer server)
    {
        server.Grains.On(nameof(IConversationGrain.AddMessages), async Task<Result<SerializedResponse>[]> (call) =>
        {
            _calls.Enqueue("Add " + Range(((Immutable<RequestAddMessage[]>)call.Args[1]!).Value.Select(request => request.MessageUuid)));
            await _go.WaitAsync();
            return Accept(call);
        });
        server.Grains.On(nameof(IConversationGrain.Delivered), async Task<Result[]> (call) =>
        {
            var requests = ((Immutable<MessageDelivered[]>)call.Args[1]!).Value;
            _calls.Enqueue("Delivered " + Range(requests.Select(request => request.MessageUuid)));
            await _go.WaitAsync();
            return new Result[requests.Length];
        });
        server.Grains.On(nameof(IConversationGrain.Typing), _ =>
        {
            _calls.Enqueue("Typing");
            return Task.FromResult(Result.Ok);
        });
        server.Grains.On("GetBlackList", _ => Task.FromResult<Result<BlackList>>(new BlackList([])));
    }
}
