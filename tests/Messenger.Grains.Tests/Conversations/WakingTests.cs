using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>A process died before it had told everyone: who is woken.</summary>
public sealed class WakingTests : IAsyncLifetime
{
    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Everyone_is_woken_for_each_authors_newest_message_that_they_did_not_confirm()
    {
        var scene = await _stage.Group(3);
        await scene.Sent(scene.Cast[0]);
        var newest = await scene.Sent(scene.Cast[0]);
        var answer = await scene.Sent(scene.Cast[1]);
        await scene.Grain.Delivered(scene.Cast[2], new[] { new MessageDelivered(scene.Uuid, answer.Uuid) }.AsImmutable());

        await scene.Grain.DoubtAbout("a dead writer");
        Assert.Equal(
            [(scene.Cast[0].UserId, answer.Uuid), (scene.Cast[1].UserId, newest.Uuid), (scene.Cast[2].UserId, newest.Uuid)],
            _stage.Told.Wakes.Select(wake => (wake.User, wake.Message.Message)).OrderBy(wake => Array.FindIndex(scene.Cast, who => who.UserId == wake.User)));
    }

    [Fact]
    public async Task What_is_long_past_wakes_nobody_again()
    {
        var scene = await _stage.Dialog();
        await scene.Sent(scene.Cast[1]);
        _stage.Silo.Clock.Advance(TimeSpan.FromMinutes(6));
        var newest = await scene.Sent(scene.Cast[0]);

        await scene.Grain.DoubtAbout("a dead writer");
        Assert.Equal([(scene.Cast[1].UserId, newest.Uuid)], _stage.Told.Wakes.Select(wake => (wake.User, wake.Message.Message)));
    }

    [Fact]
    public async Task Being_added_to_a_group_wakes_and_a_dialog_waits_for_its_first_message()
    {
        var group = await _stage.Group(3);
        var dialog = await _stage.Dialog();
        await _stage.Told.Hears(dialog.Cast[1], "NotificationAddMemberToConversation", 3);
        await _stage.Told.Hears(group.Cast[2], "NotificationAddMemberToConversation", 2);
        await Told.Until(() => group.Cast.Skip(1).All(who => _stage.Told.Hints.Any(one => one.User == who.UserId && one.Hint.For == who.UserId)));
        Assert.All(_stage.Told.Hints, one => Assert.Equal((group.Id, "", group.Cast[0].UserId), (one.Hint.Conversation, one.Hint.Message, one.Hint.AuthorId)));
    }

    [Fact]
    public async Task Reading_lowers_the_badge_of_the_reader_and_of_nobody_else_and_a_delivery_does_not()
    {
        var scene = await _stage.Dialog();
        var (author, reader) = (scene.Cast[0], scene.Cast[1]);
        var message = await scene.Sent(author);
        await scene.Grain.Delivered(reader, new[] { new MessageDelivered(scene.Uuid, message.Uuid) }.AsImmutable());
        await _stage.Told.Hears(reader, "UpdatedMessageNotification", 1);
        Assert.DoesNotContain(_stage.Told.Hints, one => one.Hint.IsBadge);

        await scene.Grain.Readed(reader, new[] { new RequestMessagesReaded(scene.Uuid, [message.Uuid]) }.AsImmutable());
        await _stage.Told.Hears(reader, "UpdatedMessageNotification", 2);
        await _stage.Told.Hears(author, "UpdatedMessageNotification", 2);
        Assert.Equal([(reader.UserId, (string?)reader.UserId)], _stage.Told.Hints.Where(one => one.Hint.IsBadge).Select(one => (one.User, one.Hint.For)));
    }
}
