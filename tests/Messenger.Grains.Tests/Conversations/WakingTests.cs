using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>A process died before it had told everyone: who is woken.</summary>
public sealed class WakingTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Everyone_is_woken_for_each_authors_newest_message_that_they_did_not_confirm()
    {
        var conversation = await _fixture.Group(3);
        await conversation.Sent(conversation.Members[0]);
        var newest = await conversation.Sent(conversation.Members[0]);
        var result = await conversation.Sent(conversation.Members[1]);
        await conversation.Grain.Delivered(conversation.Members[2], new[] { new MessageDelivered(conversation.Uuid, result.Uuid) }.AsImmutable());

        await conversation.Grain.RequireResyncAfter("a dead writer");
        Assert.Equal(
            [(conversation.Members[0].UserId, result.Uuid), (conversation.Members[1].UserId, newest.Uuid), (conversation.Members[2].UserId, newest.Uuid)],
            _fixture.Deliveries.Wakes.Select(wake => (wake.User, wake.Message.Message)).OrderBy(wake => Array.FindIndex(conversation.Members, who => who.UserId == wake.User)));
    }

    [Fact]
    public async Task What_is_long_past_wakes_nobody_again()
    {
        var conversation = await _fixture.Dialog();
        await conversation.Sent(conversation.Members[1]);
        _fixture.Silo.Clock.Advance(TimeSpan.FromMinutes(6));
        var newest = await conversation.Sent(conversation.Members[0]);

        await conversation.Grain.RequireResyncAfter("a dead writer");
        Assert.Equal([(conversation.Members[1].UserId, newest.Uuid)], _fixture.Deliveries.Wakes.Select(wake => (wake.User, wake.Message.Message)));
    }

    [Fact]
    public async Task Being_added_to_a_group_wakes_and_a_dialog_waits_for_its_first_message()
    {
        var group = await _fixture.Group(3);
        var dialog = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(dialog.Members[1], "NotificationAddMemberToConversation", 3);
        await _fixture.Deliveries.Hears(group.Members[2], "NotificationAddMemberToConversation", 2);
        await DeliveryRecorder.Until(() => group.Members.Skip(1).All(who => _fixture.Deliveries.Hints.Any(one => one.User == who.UserId && one.Hint.For == who.UserId)));
        Assert.All(_fixture.Deliveries.Hints, one => Assert.Equal((group.Id, "", group.Members[0].UserId), (one.Hint.Conversation, one.Hint.Message, one.Hint.AuthorId)));
    }

    [Fact]
    public async Task Reading_lowers_the_badge_of_the_reader_and_of_nobody_else_and_a_delivery_does_not()
    {
        var conversation = await _fixture.Dialog();
        var (author, reader) = (conversation.Members[0], conversation.Members[1]);
        var message = await conversation.Sent(author);
        await conversation.Grain.Delivered(reader, new[] { new MessageDelivered(conversation.Uuid, message.Uuid) }.AsImmutable());
        await _fixture.Deliveries.Hears(reader, "UpdatedMessageNotification", 1);
        Assert.DoesNotContain(_fixture.Deliveries.Hints, one => one.Hint.IsBadge);

        await conversation.Grain.Readed(reader, new[] { new RequestMessagesReaded(conversation.Uuid, [message.Uuid]) }.AsImmutable());
        await _fixture.Deliveries.Hears(reader, "UpdatedMessageNotification", 2);
        await _fixture.Deliveries.Hears(author, "UpdatedMessageNotification", 2);
        Assert.Equal([(reader.UserId, (string?)reader.UserId)], _fixture.Deliveries.Hints.Where(one => one.Hint.IsBadge).Select(one => (one.User, one.Hint.For)));
    }
}
