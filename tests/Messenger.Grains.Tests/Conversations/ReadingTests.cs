using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public sealed class ReadingTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Pages_are_contiguous_both_ways_and_newest_first()
    {
        var conversation = await _fixture.Dialog();
        var sent = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            sent.Add((await conversation.Sent(conversation.Members[i % 2])).Uuid);
        }

        var forward = new List<string>();
        var anchor = sent[0];
        while ((await conversation.Grain.GetMessages(conversation.Members[0], new RequestGetMessages(conversation.Uuid, anchor, 10))).Value!.Messages is { Length: > 0 } page)
        {
            forward.AddRange(page.Reverse().Select(message => message.Uuid));
            anchor = page[0].Uuid;
        }

        Assert.Equal(sent[1..], forward);
        var back = (await conversation.Grain.GetMessagesFromUuid(conversation.Members[0], new RequestGetMessagesFromUuid(conversation.Uuid, 5, sent[10]))).Value!.Messages;
        Assert.Equal(sent[5..10].AsEnumerable().Reverse(), back.Select(message => message.Uuid));
        var unknown = await conversation.Grain.GetMessagesFromUuid(conversation.Members[0], new RequestGetMessagesFromUuid(conversation.Uuid, 5, Guid.NewGuid().ToString()));
        Assert.Equal(Statuses.NotFound, unknown.Error!.Status);
    }

    [Fact]
    public async Task Receipts_are_counted_told_to_the_author_and_repeat_quietly()
    {
        var conversation = await _fixture.Group(3);
        var sent = await conversation.Sent(conversation.Members[0]);
        var delivered = new[] { new MessageDelivered(conversation.Uuid, sent.Uuid) }.AsImmutable();
        await conversation.Grain.Delivered(conversation.Members[1], delivered);
        await conversation.Grain.Delivered(conversation.Members[1], delivered);
        await conversation.Grain.Readed(conversation.Members[2], new[] { new RequestMessagesReaded(conversation.Uuid, [sent.Uuid]) }.AsImmutable());
        var told = await _fixture.Deliveries.Hears(conversation.Members[0], "UpdatedMessageNotification", 2);
        Assert.Equal((1, 2), Counters(told[0]));
        Assert.Equal((2, 3), Counters(told[1]));
        Assert.True((await conversation.See(conversation.Members[2], sent.Uuid)).Readed);
        Assert.False((await conversation.See(conversation.Members[1], sent.Uuid)).Readed);
        Assert.True((await conversation.See(conversation.Members[0], sent.Uuid)).Readed);
    }

    [Fact]
    public async Task Counters_survive_the_grain()
    {
        var conversation = await _fixture.Group(3);
        var sent = await conversation.Sent(conversation.Members[0]);
        await conversation.Grain.MarkAllReaded(conversation.Members[1], new RequestMarkAllReaded(conversation.Uuid));
        await _fixture.Deliveries.Hears(conversation.Members[0], "UpdatedMessageNotification", 1);
        await _fixture.Silo.Deactivate(conversation.Grain);
        var seen = await conversation.See(conversation.Members[0], sent.Uuid);
        Assert.Equal((3, 2, 2), (seen.Members, seen.ReadedMembers, seen.DeliveredMembers));
    }

    [Fact]
    public async Task Unread_counts_messages_of_others_and_neither_events_nor_deleted_ones()
    {
        var conversation = await _fixture.Group(2);
        var first = await conversation.Sent(conversation.Members[0]);
        await conversation.Sent(conversation.Members[0]);
        await conversation.Sent(conversation.Members[1]);
        Assert.Equal(2, await Unread(conversation, conversation.Members[1]));
        await conversation.Grain.DeleteMessage(conversation.Members[0], new RequestDeleteMessage(conversation.Uuid, first.Uuid));
        Assert.Equal(1, await Unread(conversation, conversation.Members[1]));
        await conversation.Grain.MarkAllReaded(conversation.Members[1], new RequestMarkAllReaded(conversation.Uuid));
        Assert.Equal(0, await Unread(conversation, conversation.Members[1]));
        await conversation.Sent(conversation.Members[0]);
        Assert.Equal(1, await Unread(conversation, conversation.Members[1]));
    }

    [Fact]
    public async Task Fifty_writers_and_their_readers_end_with_exact_counters()
    {
        var conversation = await _fixture.Group(50);
        var work = conversation.Members.Select(async person =>
        {
            for (var i = 0; i < 5; i++)
            {
                var sent = await conversation.Sent(person);
                var reader = conversation.Members[(Array.IndexOf(conversation.Members, person) + 1) % conversation.Members.Length];
                await conversation.Grain.Delivered(reader, new[] { new MessageDelivered(conversation.Uuid, sent.Uuid) }.AsImmutable());
            }
        });
        await Task.WhenAll(work);
        await Task.WhenAll(conversation.Members.Select(person => conversation.Grain.MarkAllReaded(person, new RequestMarkAllReaded(conversation.Uuid))));
        var page = (await conversation.Grain.GetMessages(conversation.Members[0], new RequestGetMessages(conversation.Uuid, null, 100))).Value!.Messages;
        Assert.All(page, message => Assert.Equal((50, 50, 50), (message.Members, message.ReadedMembers, message.DeliveredMembers)));
        Assert.Equal(0, await Unread(conversation, conversation.Members[7]));
    }

    [Fact]
    public async Task Deleting_is_for_the_author_or_a_groups_admin_and_all_or_nothing()
    {
        var conversation = await _fixture.Group(3);
        var mine = await conversation.Sent(conversation.Members[1]);
        var theirs = await conversation.Sent(conversation.Members[2]);
        var both = new RequestDeleteMessages(conversation.Uuid, [mine.Uuid, theirs.Uuid]);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.DeleteMessages(conversation.Members[1], both)).Error!.Status);
        Assert.False((await conversation.See(conversation.Members[1], mine.Uuid)).Deleted);
        Assert.Equal(Result.Ok, await conversation.Grain.DeleteMessages(conversation.Members[0], both));
        var gone = await conversation.See(conversation.Members[1], mine.Uuid);
        Assert.Equal((true, null, null), (gone.Deleted, gone.BodyEncryptedBase64, gone.IvBase64));
        await _fixture.Deliveries.Hears(conversation.Members[2], "DeleteMessageNotification", 2);
        Assert.Equal(Result.Ok, await conversation.Grain.DeleteMessages(conversation.Members[0], both));
    }

    [Fact]
    public async Task A_report_is_kept_once_and_marks_the_message()
    {
        var conversation = await _fixture.Group(2);
        var sent = await conversation.Sent(conversation.Members[0]);
        var report = new AddMessageReport(conversation.Uuid, sent.Uuid, "Spam");
        Assert.Equal(Result.Ok, await conversation.Grain.ReportMessage(conversation.Members[1], report));
        Assert.Equal(Result.Ok, await conversation.Grain.ReportMessage(conversation.Members[1], report));
        Assert.True((await conversation.See(conversation.Members[0], sent.Uuid)).Objectionable);
        Assert.Single(_fixture.Silo.Reports.All);
        await _fixture.Deliveries.Hears(conversation.Members[0], "UpdatedMessageNotification", 1);
    }

    [Fact]
    public async Task Typing_is_passed_on_once_in_two_seconds_and_not_to_oneself()
    {
        var conversation = await _fixture.Group(2);
        await conversation.Grain.Typing(conversation.Members[0], new RequestTyping(conversation.Uuid));
        await conversation.Grain.Typing(conversation.Members[0], new RequestTyping(conversation.Uuid));
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(2));
        await conversation.Grain.Typing(conversation.Members[0], new RequestTyping(conversation.Uuid));
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationTyping", 2);
        Assert.DoesNotContain(_fixture.Deliveries.By(conversation.Members[0]), one => one.Type == "NotificationTyping");
    }

    private static async Task<int> Unread(TestConversation conversation, Caller who) =>
        (await conversation.Grain.Get(who, new RequestGetConversationFull(conversation.Uuid, null))).Value!.Conversation.UnreadedCounter;

    private static (int Readed, int Delivered) Counters(System.Text.Json.JsonElement told) =>
        (told.GetProperty("readedMembers").GetInt32(), told.GetProperty("deliveredMembers").GetInt32());
}
