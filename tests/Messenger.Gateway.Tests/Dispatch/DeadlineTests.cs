using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>A request has its answer ten seconds after its arrival, fifteen a login, whatever it waits for.</summary>
public sealed class DeadlineTests : IDisposable
{
    private const string Conversation = "6921d2fd-e88c-4802-bb70-d7a18770939e";
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose() => _go.Dispose();

    [Fact]
    public async Task OfManyInOneLaneNobodyWaitsLongerAndWhatWaitedIsNeverBegun()
    {
        await using var server = await GatewayServer.Start();
        Hang(server);
        using var client = await server.Login();

        // Kinds in turn: no two share a call, and a time-out a call would be four minutes for the last.
        for (var i = 0; i < 240; i++)
        {
            await client.Send(i % 2 == 0 ? Add(i) : Typing(i));
        }

        await client.AssertAlive();
        await Advance(server, TimeSpan.FromSeconds(8));
        await client.AssertAlive();
        await Advance(server, TimeSpan.FromSeconds(2));
        for (var i = 0; i < 240; i++)
        {
            var answer = await client.Json();
            Assert.Equal(i, answer.GetProperty("id").GetInt32());
            Assert.Equal(Statuses.Unavailable, answer.GetProperty("payload").GetProperty("status").GetString());
        }

        // The head's late outcome is nobody's answer, and frees the queue.
        await client.Send(Typing(1000));
        await client.AssertAlive();
        Assert.Equal(["Add 0"], _begun);
        _go.Release(1000);
        Assert.Equal(1000, (await client.Json()).GetProperty("id").GetInt32());
        Assert.Equal(["Add 0", "Typing"], _begun);
        await Eventually.True(() => server.Sessions.All.Single().InFlight.IsEmpty, "nothing in flight");
    }

    [Fact]
    public async Task ALaterRequestDoesNotOvertakeOneThatWasBegunAndHasNoOutcome()
    {
        await using var server = await GatewayServer.Start();
        Hang(server);
        using var client = await server.Login();
        await client.Send(Add(0));
        await Eventually.True(() => _begun.Count == 1, "the head is begun");
        await Advance(server, TimeSpan.FromSeconds(10));
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);

        await client.Send(Add(1));
        await Advance(server, TimeSpan.FromSeconds(5));
        await client.AssertAlive();
        Assert.Equal(["Add 0"], _begun);
        _go.Release(1000);
        Assert.Equal(1, (await client.Json()).GetProperty("id").GetInt32());
        Assert.Equal(["Add 0", "Add 1"], _begun);
    }

    [Fact]
    public async Task WhatIsLeftBehindIsBounded()
    {
        await using var server = await GatewayServer.Start(options => options.InFlight = 4);
        Hang(server);
        using var client = await server.Login();
        async Task Four()
        {
            for (var i = 0; i < 4; i++)
            {
                await client.Send(Typing(i, Guid.NewGuid().ToString()));
            }
        }

        await Four();
        await Eventually.True(() => _begun.Count == 4, "four are begun");
        await Advance(server, TimeSpan.FromSeconds(10));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        }

        // Their calls hang on: as many again are not taken on top of them.
        await Four();
        await Eventually.True(() => server.Sessions.All.Single().IsWaiting, "not reading");
        Assert.InRange(_begun.Count, 4, 5);
        _go.Release(1000);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        }
    }

    [Fact]
    public async Task ALoginHasFifteenSecondsAndItsLateOutcomeMakesNobodyAnApplication()
    {
        await using var server = await GatewayServer.Start();
        var device = new TaskCompletionSource<Connected>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On(nameof(IDeviceGrain.Connect), _ => device.Task);
        using var client = await server.Connect();
        await client.Send(Login);
        await Eventually.True(() => server.Grains.Calls(nameof(IDeviceGrain.Connect)).Length == 1, "the device is asked");
        await Advance(server, TimeSpan.FromSeconds(13));
        Assert.False(server.Sessions.All.Single().InFlight.IsEmpty);
        await Advance(server, TimeSpan.FromSeconds(2));
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);

        // A second try while the first has no outcome would have two of this connection at the device.
        await client.Send(Login);
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        Assert.Single(server.Grains.Calls(nameof(IDeviceGrain.Connect)));

        device.SetResult(new Connected(7, 0, [], false, StubGrains.Silo));
        await Eventually.True(() => server.Grains.Calls(nameof(IDeviceGrain.Disconnect)).Length == 1, "the device is told");
        await client.Send(Typing(1));
        Assert.Equal(Statuses.Unauthenticated, (await client.Status()).Status);
        await client.Send(Login);
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
    }

    [Fact]
    public async Task ALoginWhoseTimeIsOverDoesNotReachTheDevice()
    {
        await using var server = await GatewayServer.Start();
        var user = new TaskCompletionSource<Result<Caller>>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => user.Task);
        using var client = await server.Connect();
        await client.Send(Login);
        await Eventually.True(() => server.Grains.Calls(nameof(IUserGrain.Authenticate)).Length == 1, "the user is asked");
        await Advance(server, TimeSpan.FromSeconds(15));
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        user.SetResult(new Caller(TestClient.User, ApplicationNames.Of("app")));
        server.Grains.On(nameof(IUserGrain.Authenticate), call => Task.FromResult<Result<Caller>>(new Caller(call.Key, ApplicationNames.Of("app"))));

        // Until the first has ended a login is unavailable.
        string status;
        do
        {
            await client.Send(Login);
            status = (await client.Status()).Status;
        }
        while (status == Statuses.Unavailable);

        Assert.Equal(Statuses.Ok, status);
        Assert.Single(server.Grains.Calls(nameof(IDeviceGrain.Connect)));
    }

    private static string Login =>
        $$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"app"}}""";

    private static string Uuid(int i) => $"00000000-0000-0000-0000-{i:d12}";

    private static string Add(int i) =>
        $$$"""{"type":"RequestAddMessage","id":{{{i}}},"payload":{"conversationUuid":"{{{Conversation}}}","messageUuid":"{{{Uuid(i)}}}","sessionKeyUuid":"{{{Uuid(0)}}}","bodyEncryptedBase64":"AA==","ivBase64":"AA=="}}""";

    private static string Typing(int i, string conversation = Conversation) =>
        $$$"""{"type":"RequestTyping","id":{{{i}}},"payload":{"conversationUuid":"{{{conversation}}}"}}""";

    /// <summary>A second at a time, as the sweep comes.</summary>
    private static async Task Advance(GatewayServer server, TimeSpan by)
    {
        for (var second = 0; second < by.TotalSeconds; second++)
        {
            server.Time.Advance(SessionSweeper.Period);
            await Task.Yield();
        }
    }

    private void Hang(GatewayServer server)
    {
        server.Grains.On(nameof(IConversationGrain.AddMessages), async Task<Result<SerializedResponse>[]> (call) =>
        {
            var messages = ((Immutable<RequestAddMessage[]>)call.Args[1]!).Value;
            _begun.Enqueue($"Add {int.Parse(messages[0].MessageUuid[24..], CultureInfo.InvariantCulture)}");
            await _go.WaitAsync();
            return Array.ConvertAll(messages, message => (Result<SerializedResponse>)new SerializedResponse(Encoding.UTF8.GetBytes($"\"{message.MessageUuid}\"")));
        });
        server.Grains.On(nameof(IConversationGrain.Typing), async Task<Result> (_) =>
        {
            _begun.Enqueue("Typing");
            await _go.WaitAsync();
            return Result.Ok;
        });
    }
}
