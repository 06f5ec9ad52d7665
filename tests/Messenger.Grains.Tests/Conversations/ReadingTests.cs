using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public sealed class ReadingTests : IAsyncLifetime
{
    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Pages_are_contiguous_both_ways_and_newest_first()
    {
        var scene = await _stage.Dialog();
        var sent = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            sent.Add((await scene.Sent(scene.Cast[i % 2])).Uuid);
        }

        var forward = new List<string>();
        var anchor = sent[0];
        while ((await scene.Grain.GetMessages(scene.Cast[0], new RequestGetMessages(scene.Uuid, anchor, 10))).Value!.Messages is { Length: > 0 } page)
        {
            forward.AddRange(page.Reverse().Select(message => message.Uuid));
            anchor = page[0].Uuid;
        }

        Assert.Equal(sent[1..], forward);
        var back = (await scene.Grain.GetMessagesFromUuid(scene.Cast[0], new RequestGetMessagesFromUuid(scene.Uuid, 5, sent[10]))).Value!.Messages;
        Assert.Equal(sent[5..10].AsEnumerable().Reverse(), back.Select(message => message.Uuid));
        var unknown = await scene.Grain.GetMessagesFromUuid(scene.Cast[0], new RequestGetMessagesFromUuid(scene.Uuid, 5, Guid.NewGuid().ToString()));
        Assert.Equal(Statuses.NotFound, unknown.Refusal!.Status);
    }

    [Fact]
    public async Task Receipts_are_counted_told_to_the_author_and_repeat_quietly()
    {
        var scene = await _stage.Group(3);
        var sent = await scene.Sent(scene.Cast[0]);
        var delivered = new[] { new MessageDelivered(scene.Uuid, sent.Uuid) }.AsImmutable();
        await scene.Grain.Delivered(scene.Cast[1], delivered);
        await scene.Grain.Delivered(scene.Cast[1], delivered);
        await scene.Grain.Readed(scene.Cast[2], new[] { new RequestMessagesReaded(scene.Uuid, [sent.Uuid]) }.AsImmutable());
        var told = await _stage.Told.Hears(scene.Cast[0], "UpdatedMessageNotification", 2);
        Assert.Equal((1, 2), Counters(told[0]));
        Assert.Equal((2, 3), Counters(told[1]));
        Assert.True((await scene.See(scene.Cast[2], sent.Uuid)).Readed);
        Assert.False((await scene.See(scene.Cast[1], sent.Uuid)).Readed);
        Assert.True((await scene.See(scene.Cast[0], sent.Uuid)).Readed);
    }

    [Fact]
    public async Task Counters_survive_the_grain()
    {
        var scene = await _stage.Group(3);
        var sent = await scene.Sent(scene.Cast[0]);
        await scene.Grain.MarkAllReaded(scene.Cast[1], new RequestMarkAllReaded(scene.Uuid));
        await _stage.Told.Hears(scene.Cast[0], "UpdatedMessageNotification", 1);
        await _stage.Silo.Deactivate(scene.Grain);
        var seen = await scene.See(scene.Cast[0], sent.Uuid);
        Assert.Equal((3, 2, 2), (seen.Members, seen.ReadedMembers, seen.DeliveredMembers));
    }

    [Fact]
    public async Task Unread_counts_messages_of_others_and_neither_events_nor_deleted_ones()
    {
        var scene = await _stage.Group(2);
        var first = await scene.Sent(scene.Cast[0]);
        await scene.Sent(scene.Cast[0]);
        await scene.Sent(scene.Cast[1]);
        Assert.Equal(2, await Unread(scene, scene.Cast[1]));
        await scene.Grain.DeleteMessage(scene.Cast[0], new RequestDeleteMessage(scene.Uuid, first.Uuid));
        Assert.Equal(1, await Unread(scene, scene.Cast[1]));
        await scene.Grain.MarkAllReaded(scene.Cast[1], new RequestMarkAllReaded(scene.Uuid));
        Assert.Equal(0, await Unread(scene, scene.Cast[1]));
        await scene.Sent(scene.Cast[0]);
        Assert.Equal(1, await Unread(scene, scene.Cast[1]));
    }

    [Fact]
    public async Task Fifty_writers_and_their_readers_end_with_exact_counters()
    {
        var scene = await _stage.Group(50);
        var work = scene.Cast.Select(async person =>
        {
            for (var i = 0; i < 5; i++)
            {
                var sent = await scene.Sent(person);
                var reader = scene.Cast[(Array.IndexOf(scene.Cast, person) + 1) % scene.Cast.Length];
                await scene.Grain.Delivered(reader, new[] { new MessageDelivered(scene.Uuid, sent.Uuid) }.AsImmutable());
            }
        });
        await Task.WhenAll(work);
        await Task.WhenAll(scene.Cast.Select(person => scene.Grain.MarkAllReaded(person, new RequestMarkAllReaded(scene.Uuid))));
        var page = (await scene.Grain.GetMessages(scene.Cast[0], new RequestGetMessages(scene.Uuid, null, 100))).Value!.Messages;
        Assert.All(page, message => Assert.Equal((50, 50, 50), (message.Members, message.ReadedMembers, message.DeliveredMembers)));
        Assert.Equal(0, await Unread(scene, scene.Cast[7]));
    }

    [Fact]
    public async Task Deleting_is_for_the_author_or_a_groups_admin_and_all_or_nothing()
    {
        var scene = await _stage.Group(3);
        var mine = await scene.Sent(scene.Cast[1]);
        var theirs = await scene.Sent(scene.Cast[2]);
        var both = new RequestDeleteMessages(scene.Uuid, [mine.Uuid, theirs.Uuid]);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.DeleteMessages(scene.Cast[1], both)).Refusal!.Status);
        Assert.False((await scene.See(scene.Cast[1], mine.Uuid)).Deleted);
        Assert.Equal(Answer.Ok, await scene.Grain.DeleteMessages(scene.Cast[0], both));
        var gone = await scene.See(scene.Cast[1], mine.Uuid);
        Assert.Equal((true, null, null), (gone.Deleted, gone.BodyEncryptedBase64, gone.IvBase64));
        await _stage.Told.Hears(scene.Cast[2], "DeleteMessageNotification", 2);
        Assert.Equal(Answer.Ok, await scene.Grain.DeleteMessages(scene.Cast[0], both));
    }

    [Fact]
    public async Task A_report_is_kept_once_and_marks_the_message()
    {
        var scene = await _stage.Group(2);
        var sent = await scene.Sent(scene.Cast[0]);
        var report = new AddMessageReport(scene.Uuid, sent.Uuid, "Spam");
        Assert.Equal(Answer.Ok, await scene.Grain.ReportMessage(scene.Cast[1], report));
        Assert.Equal(Answer.Ok, await scene.Grain.ReportMessage(scene.Cast[1], report));
        Assert.True((await scene.See(scene.Cast[0], sent.Uuid)).Objectionable);
        Assert.Single(_stage.Silo.Reports.All);
        await _stage.Told.Hears(scene.Cast[0], "UpdatedMessageNotification", 1);
    }

    [Fact]
    public async Task Typing_is_passed_on_once_in_two_seconds_and_not_to_oneself()
    {
        var scene = await _stage.Group(2);
        await scene.Grain.Typing(scene.Cast[0], new RequestTyping(scene.Uuid));
        await scene.Grain.Typing(scene.Cast[0], new RequestTyping(scene.Uuid));
        _stage.Silo.Clock.Advance(TimeSpan.FromSeconds(2));
        await scene.Grain.Typing(scene.Cast[0], new RequestTyping(scene.Uuid));
        await _stage.Told.Hears(scene.Cast[1], "NotificationTyping", 2);
        Assert.DoesNotContain(_stage.Told.By(scene.Cast[0]), one => one.Type == "NotificationTyping");
    }

    private static async Task<int> Unread(Scene scene, Caller who) =>
        (await scene.Grain.Get(who, new RequestGetConversationFull(scene.Uuid, null))).Value!.Conversation.UnreadedCounter;

    private static (int Readed, int Delivered) Counters(System.Text.Json.JsonElement told) =>
        (told.GetProperty("readedMembers").GetInt32(), told.GetProperty("deliveredMembers").GetInt32());
}
