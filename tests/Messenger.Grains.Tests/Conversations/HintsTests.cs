using System.Text;
using System.Text.Json;
using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>Silent and urgent messages, and what one's other devices hear of a read.</summary>
public sealed class HintsTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task A_silent_message_wakes_nobody_and_moves_nothing_after_a_load_too()
    {
        var conversation = await _fixture.Group(3);
        var (me, other) = (conversation.Members[0], conversation.Members[1]);
        var loud = await conversation.Sent(me);
        var request = conversation.Message() with { Kind = MessageKinds.Silent };
        var silent = await conversation.Send(me, request);
        var kind = Assert.Single(silent.Value!.Additions!);
        Assert.Equal((Features.Hints, ",\"kind\":\"silent\""), (kind.Feature, Encoding.UTF8.GetString(kind.Json)));
        await DeliveryRecorder.Until(() => _fixture.Deliveries.By(other).Any(told => told.Payload.Contains(request.MessageUuid, StringComparison.Ordinal)));
        Assert.DoesNotContain(_fixture.Deliveries.Hints, told => told.Hint.Message == request.MessageUuid);
        Assert.Contains(_fixture.Deliveries.Hints, told => told.Hint.Message == loud.Uuid);

        // The repeat has the kind of the first, from memory and from the log.
        for (var activation = 0; activation < 2; activation++)
        {
            var again = await conversation.Send(me, request with { Kind = null });
            Assert.True(again.Value is { Repeated: true, Additions.Length: 1 });
            var seen = (await conversation.Grain.Get(other, new RequestGetConversationFull(conversation.Uuid, null))).Value!;
            Assert.Equal(loud.Created, seen.Conversation.LastMessage);
            Assert.Equal((request.MessageUuid, (string?)null), (seen.LastMessage!.Uuid, seen.LastMessage.Kind));
            var named = (await conversation.Grain.Get(other with { Features = Features.Hints }, new RequestGetConversationFull(conversation.Uuid, null))).Value!;
            Assert.Equal(MessageKinds.Silent, named.LastMessage!.Kind);
            await _fixture.Silo.Deactivate(conversation.Grain);
        }

        var next = await conversation.Sent(me);
        Assert.Equal(next.Created, (await conversation.Grain.Get(other, new RequestGetConversationFull(conversation.Uuid, null))).Value!.Conversation.LastMessage);
    }

    [Fact]
    public async Task An_urgent_message_is_pushed_as_one_where_not_too_many_are()
    {
        foreach (var (people, urgent) in new[] { (3, true), (MessageKinds.MostUrged + 1, false) })
        {
            var conversation = await _fixture.Group(people);
            var request = conversation.Message() with { Kind = MessageKinds.Urgent };
            Assert.Null((await conversation.Send(conversation.Members[0], request)).Value!.Additions);
            await DeliveryRecorder.Until(() => _fixture.Deliveries.Hints.Any(told => told.Hint.Message == request.MessageUuid));
            var hint = _fixture.Deliveries.Hints.First(told => told.Hint.Message == request.MessageUuid).Hint;
            Assert.Equal(urgent, hint.IsUrgent);
        }
    }

    [Fact]
    public async Task The_readers_other_devices_hear_what_is_unread()
    {
        var conversation = await _fixture.Group(2);
        var (author, reader) = (conversation.Members[0], conversation.Members[1]);
        var sent = new[] { await conversation.Sent(author), await conversation.Sent(author), await conversation.Sent(author) };
        await conversation.Grain.Readed(reader, new(new[] { new RequestMessagesReaded(conversation.Uuid, [sent[0].Uuid]) }));
        await conversation.Grain.MarkAllReaded(reader, new RequestMarkAllReaded(conversation.Uuid));
        await DeliveryRecorder.Until(() => _fixture.Deliveries.OfFeatures.Count == 2);
        var told = _fixture.Deliveries.OfFeatures.Select(one => (one.User, Told: JsonDocument.Parse(one.Told.Payload).RootElement)).ToList();
        Assert.All(told, one => Assert.Equal(reader.UserId, one.User));
        Assert.Equal(
            [(sent[0].Uuid, sent[1].Uuid, 2), (sent[2].Uuid, null, 0)],
            told.Select(one => (one.Told.GetProperty("messageUuid").GetString(), one.Told.GetProperty("firstUnreadMessageUuid").GetString(), one.Told.GetProperty("unreadedCounter").GetInt32())));

        // What was delivered only, and what was read before, is nothing to tell.
        await conversation.Grain.MarkAllReaded(reader, new RequestMarkAllReaded(conversation.Uuid));
        var last = await conversation.Sent(author);
        await conversation.Grain.Delivered(reader, new(new[] { new MessageDelivered(conversation.Uuid, last.Uuid) }));
        Assert.Equal(2, _fixture.Deliveries.OfFeatures.Count);
    }
}
