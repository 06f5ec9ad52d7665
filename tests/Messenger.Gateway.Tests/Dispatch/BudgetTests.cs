using System.Text.Json;
using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>What is over a budget is refused if it is new: the conversation alone knows, and says what repeats cost nothing.</summary>
public class BudgetTests
{
    private static readonly Guid Conversation = Guid.NewGuid();

    [Fact]
    public async Task AMessageOverTheBudgetIsAskedForWithItsRefusalAndARepeatCostsNothing()
    {
        await using var server = await GatewayServer.Start(options => options.MessagesPerMinute = 2);
        var stored = new HashSet<string>();
        server.Grains.On(nameof(IConversationGrain.AddMessages), call => Task.FromResult(Answers(call, [])));
        server.Grains.On(nameof(IConversationGrain.AddMessagesUnlessNew), call => Task.FromResult(
            Answers(call, ((Immutable<Error?[]>)call.Args[2]!).Value)));
        using var client = await server.Login();

        // Of a budget of two, one is used: the repeats are given back.
        foreach (var (uuid, fresh) in new[] { (1, true), (1, true), (1, true), (2, true), (3, false), (1, true), (2, true), (3, false) })
        {
            await client.Send(Add(uuid));
            var answer = await client.Json();
            Assert.Equal(fresh ? nameof(ResponseAddedMessage) : nameof(ResponseStatusMessage), answer.GetProperty("type").GetString());
            Assert.Equal(fresh ? null : Statuses.TooManyRequests, answer.GetProperty("payload").TryGetProperty("status", out var status) ? status.GetString() : null);
        }

        Result<SerializedResponse>[] Answers(StubCall call, Error?[] otherwise) =>
        [
            .. ((Immutable<RequestAddMessage[]>)call.Args[1]!).Value.Select((request, at) =>
                stored.Contains(request.MessageUuid) ? new SerializedResponse("{}"u8.ToArray(), Repeated: true)
                : at < otherwise.Length && otherwise[at] is { } error ? error
                : stored.Add(request.MessageUuid) ? (Result<SerializedResponse>)new SerializedResponse("{}"u8.ToArray())
                : throw new InvalidOperationException()),
        ];
    }

    [Fact]
    public async Task WhatElseHasABudgetIsAskedForWithItsRefusalToo()
    {
        await using var server = await GatewayServer.Start(options => (options.CreationsPerHour, options.AdditionsPerHour) = (1, 1));
        server.Grains.On(nameof(IConversationGrain.CreateUnlessNew), call => Task.FromResult((Result<ResponseCreateConversation>)(Error)call.Args[2]!));
        server.Grains.On(nameof(IConversationGrain.Create), _ => Task.FromResult((Result<ResponseCreateConversation>)Error.Conflict("as scripted")));
        server.Grains.On(nameof(IConversationGrain.AddMemberUnlessNew), call => Task.FromResult((Result)(Error)call.Args[2]!));
        using var client = await server.Login();
        var key = """{"keyEncryptedBase64":"a2V5","signatureBase64":"c2ln","userId":"/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y="}""";
        var create = $$$"""{"type":"RequestCreateConversationFull","payload":{"conversationUuid":"{{{Conversation}}}","isDialog":false,"sessionKeyUuid":"{{{Conversation}}}","sessionKeyValue":{{{key}}}}}""";
        var add = $$$"""{"type":"RequestAddMember","payload":{"conversationUuid":"{{{Conversation}}}","sessionKeyUuid":"{{{Conversation}}}","sessionKeyValue":{{{key}}}}}""";
        var statuses = new List<string?>();
        foreach (var frame in new[] { create, create, add, add })
        {
            await client.Send(frame);
            statuses.Add((await client.Status()).Status);
        }

        Assert.Equal([Statuses.Conflict, Statuses.TooManyRequests, Statuses.Ok, Statuses.TooManyRequests], statuses);
        Assert.Single(server.Grains.Calls(nameof(IConversationGrain.CreateUnlessNew)));
        Assert.Single(server.Grains.Calls(nameof(IConversationGrain.AddMemberUnlessNew)));
    }

    /// <summary>Who is registered is told by every answer that differs: all of them cost of one budget, and past it a new request is refused alike for everybody.</summary>
    [Fact]
    public async Task WhatTellsWhoIsRegisteredCostsOfTheBudgetOfDiscovery()
    {
        await using var server = await GatewayServer.Start();
        var error = Error.TooManyRequests("too many users looked up", 7);
        server.Grains.On(nameof(IUserDiscovery.MayLearnOf), _ => Task.FromResult((Result)error));
        server.Grains.On(nameof(IConversationGrain.AddMemberUnlessNew), call => Task.FromResult((Result)(Error)call.Args[2]!));
        server.Grains.On(nameof(IConversationGrain.AddAdminUnlessNew), call => Task.FromResult((Result)(Error)call.Args[2]!));
        using var client = await server.Login();
        const string other = "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=";
        var key = $$"""{"keyEncryptedBase64":"a2V5","signatureBase64":"c2ln","userId":"{{other}}"}""";
        var add = $$"""{"conversationUuid":"{{Conversation}}","sessionKeyUuid":"{{Conversation}}","sessionKeyValue":{{key}}}""";
        foreach (var frame in new[]
        {
            $$"""{"type":"RequestAddMember","payload":{{add}}}""",
            $$"""{"type":"RequestAddAdmin","payload":{{add}}}""",
        })
        {
            await client.Send(frame);
            Assert.Equal(Statuses.TooManyRequests, (await client.Status()).Status);
        }

        Assert.Equal(2, server.Grains.Calls(nameof(IUserDiscovery.MayLearnOf)).Length);
        Assert.All(server.Grains.Calls(nameof(IUserDiscovery.MayLearnOf)), call => Assert.Equal([other], ((Immutable<string[]>)call.Args[1]!).Value));
        Assert.Empty(server.Grains.Calls(nameof(IConversationGrain.AddMember)));
    }

    private static string Add(int number) => JsonSerializer.Serialize(new
    {
        type = nameof(RequestAddMessage),
        payload = new
        {
            conversationUuid = Conversation,
            messageUuid = new Guid(number, 0, 0, new byte[8]),
            sessionKeyUuid = Conversation,
            hasFiles = false,
            ivBase64 = "aXY=",
            bodyEncryptedBase64 = "Ym9keQ==",
        },
    });
}
