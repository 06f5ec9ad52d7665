using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>Who sees, hears and counts: who was there when a message took its place, and nobody else, whatever hangs on it.</summary>
public sealed class VisibilityTests : IAsyncLifetime
{
    private static readonly MessageFile Picture = new(Guid.NewGuid(), "a", "a", null, "image/jpeg", 632, 1368, null, 380_038);

    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Who_joins_while_a_message_is_written_neither_hears_of_it_nor_counts()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var (result, joined) = await WhileWriting(() => conversation.Send(conversation.Members[0]), () => Add(conversation, late));
        Assert.Equal(Result.Ok, joined);

        var message = TestConversation.Read(result.Value!);
        Assert.Equal(2, message.Members);
        var heard = Assert.Single(await Heard(late, 1));
        Assert.Equal(EventTypes.Added, heard.GetProperty("eventType").GetString());
        Assert.Null((await Read(conversation, conversation.Members[1], message.Uuid)).Error);
        var seen = await conversation.See(conversation.Members[0], message.Uuid);
        Assert.Equal((2, 2), (seen.Members, seen.ReadedMembers));
        await _fixture.Silo.Deactivate(conversation.Grain);
        Assert.Equal(2, (await conversation.See(conversation.Members[0], message.Uuid)).Members);
    }

    [Fact]
    public async Task Who_is_kicked_while_a_message_is_written_hears_of_it_and_counts()
    {
        var conversation = await _fixture.Group(3);
        var (result, kicked) = await WhileWriting(() => conversation.Send(conversation.Members[1]), () => Kick(conversation, 2));
        Assert.Equal(Result.Ok, kicked);

        var message = TestConversation.Read(result.Value!);
        Assert.Equal(3, message.Members);
        Assert.Equal(
            [EventTypes.Added, EventTypes.Added, null, EventTypes.Kicked], (await Heard(conversation.Members[2], 4)).Select(one => one.GetProperty("eventType").GetString()));
        await conversation.See(conversation.Members[2], message.Uuid);
    }

    /// <summary>A commit whose outcome is not known is told once it is: to those whom it was for.</summary>
    [Fact]
    public async Task What_is_told_late_is_told_to_those_who_were_there()
    {
        var conversation = await _fixture.Group(3);
        _fixture.Silo.Log.Next.Enqueue(new(LogOutcome.Unknown, Written: true));
        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0])).Error!.Status);
        foreach (var person in conversation.Members[1..])
        {
            await Heard(person, 3);
        }
    }

    [Fact]
    public async Task Everybody_who_joins_or_goes_hears_of_what_happens_in_the_right_order()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var (_, joined) = await WhileWriting(
            () => conversation.Grain.Rename(conversation.Members[0], new RequestRenameConversation(conversation.Uuid, "other")), () => Add(conversation, late));
        Assert.Equal(Result.Ok, joined);
        await _fixture.Deliveries.Hears(late, nameof(NotificationAddMemberToConversation), 1);
        Assert.DoesNotContain(_fixture.Deliveries.By(late), one => one.Type == nameof(NotificationRenameConversation));
        await Heard(late, 1);
    }

    [Fact]
    public async Task Coming_back_takes_nothing_away()
    {
        var conversation = await _fixture.Group(2);
        var (admin, other) = (conversation.Members[0], conversation.Members[1]);
        var theirs = await conversation.Sent(admin);
        var own = await conversation.Sent(other);
        Assert.Null((await Read(conversation, other, theirs.Uuid)).Error);
        Assert.Null((await Kick(conversation, 1)).Error);
        var between = await conversation.Sent(admin);
        await conversation.See(other, theirs.Uuid);
        Assert.Null((await Add(conversation, other)).Error);
        var after = await conversation.Sent(admin);

        for (var loaded = 0; loaded < 2; loaded++)
        {
            Assert.Equal((2, 2), (await conversation.See(other, theirs.Uuid)) is var seen ? (seen.Members, seen.ReadedMembers) : default);
            Assert.Equal((2, 1), (await conversation.See(admin, own.Uuid)) is var mine ? (mine.Members, mine.ReadedMembers) : default);
            Assert.Equal(1, (await conversation.See(admin, between.Uuid)).Members);
            Assert.Empty((await conversation.Grain.GetMessagesByUuids(other, new RequestGetMessagesByUuids(conversation.Uuid, [between.Uuid]))).Value!.Messages);
            Assert.Equal(
                [after.Uuid, own.Uuid, theirs.Uuid],
                (await conversation.Grain.GetMessages(other, new RequestGetMessages(conversation.Uuid, null, 100))).Value!.Messages.Where(one => !one.IsEvent).Select(one => one.Uuid));

            // Paging goes over the gap, both ways.
            Assert.Equal(
                [own.Uuid, theirs.Uuid],
                (await Before(conversation, other, after.Uuid, 5)).Where(one => !one.IsEvent).Select(one => one.Uuid));
            Assert.Equal(
                [after.Uuid],
                (await After(conversation, other, own.Uuid, 5)).Where(one => !one.IsEvent).Select(one => one.Uuid));
            await _fixture.Silo.Deactivate(conversation.Grain);
        }

        Assert.Equal(1, (await conversation.Grain.Get(other, new RequestGetConversationFull(conversation.Uuid, null))).Value!.Conversation.UnreadedCounter);
        Assert.Null((await conversation.Grain.MarkAllReaded(other, new RequestMarkAllReaded(conversation.Uuid))).Error);
        Assert.Equal((1, 1), (await conversation.See(admin, between.Uuid)) is var lone ? (lone.Members, lone.ReadedMembers) : default);
        Assert.Null((await Delete(conversation, other, own.Uuid)).Error);
        Assert.True((await conversation.See(admin, own.Uuid)).Deleted);
    }

    [Fact]
    public async Task Who_left_deletes_and_reports_and_nothing_else()
    {
        var conversation = await _fixture.Group(3);
        var (admin, gone) = (conversation.Members[0], conversation.Members[2]);
        var (own, theirs) = (await conversation.Sent(gone), await conversation.Sent(admin));
        Assert.Null((await conversation.Grain.Leave(gone, new RequestLeaveConversation(conversation.Uuid))).Error);
        var after = await conversation.Sent(admin);

        Assert.Equal(Statuses.NotFound, (await Delete(conversation, gone, after.Uuid)).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await Report(conversation, gone, after.Uuid)).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await Read(conversation, gone, theirs.Uuid)).Error!.Status);
        Assert.Equal(Statuses.Forbidden, (await Delete(conversation, gone, theirs.Uuid)).Error!.Status);
        Assert.Null((await Delete(conversation, gone, own.Uuid)).Error);
        Assert.Null((await Report(conversation, gone, theirs.Uuid)).Error);
        Assert.True((await conversation.See(admin, own.Uuid)).Deleted);
        Assert.True((await conversation.See(admin, theirs.Uuid)).Objectionable);
        await _fixture.Deliveries.Hears(admin, nameof(DeleteMessageNotification), 1);
        await _fixture.Deliveries.Hears(admin, nameof(UpdatedMessageNotification), 1);
        Assert.DoesNotContain(_fixture.Deliveries.By(gone), one => one.Type is nameof(DeleteMessageNotification) or nameof(UpdatedMessageNotification));
    }

    [Fact]
    public async Task Nobody_is_told_what_becomes_of_a_message_from_before()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var (one, two) = (await conversation.Sent(conversation.Members[0]), await conversation.Sent(conversation.Members[0]));
        Assert.Null((await Add(conversation, late)).Error);
        var seen = await conversation.Sent(conversation.Members[0]);
        Assert.Null((await Report(conversation, conversation.Members[1], one.Uuid)).Error);
        Assert.Null((await conversation.Grain.DeleteMessages(conversation.Members[0], new RequestDeleteMessages(conversation.Uuid, [one.Uuid, two.Uuid, seen.Uuid]))).Error);

        await _fixture.Deliveries.Hears(conversation.Members[1], nameof(DeleteMessageNotification), 3);
        Assert.Equal(seen.Uuid, Assert.Single(await _fixture.Deliveries.Hears(late, nameof(DeleteMessageNotification), 1)).GetProperty("messageUuid").GetString());
        Assert.DoesNotContain(_fixture.Deliveries.By(late), told => told.Type == nameof(UpdatedMessageNotification));
    }

    [Fact]
    public async Task Who_left_sees_the_files_and_nicks_of_then()
    {
        var conversation = await _fixture.Group(3);
        var (author, gone) = (conversation.Members[0], conversation.Members[2]);
        var message = TestConversation.Read((await conversation.Send(author, conversation.Message() with { HasFiles = true })).Value!).Uuid;
        Assert.Null((await conversation.Grain.AddFile(author, message, Picture)).Error);
        Assert.Null((await Nick(conversation, author, "then")).Error);
        Assert.Null((await Kick(conversation, 2)).Error);
        Assert.Null((await conversation.Grain.AddFile(author, message, Picture with { Id = Guid.NewGuid(), Name = "b", PathName = "b" })).Error);

        Assert.Equal("a", Assert.Single((await conversation.Grain.GetFiles(gone, message)).Value!.Files).PathName);
        Assert.Equal(2, (await conversation.Grain.GetFiles(conversation.Members[1], message)).Value!.Files.Length);
        Assert.Equal("then", (await conversation.See(gone, message)).UserNick);
        Assert.Null((await Nick(conversation, author, "later")).Error);
        await _fixture.Silo.Deactivate(conversation.Grain);
        Assert.Null((await conversation.See(gone, message)).UserNick);
        Assert.Equal("later", (await conversation.See(conversation.Members[1], message)).UserNick);
        Assert.Single((await conversation.Grain.GetFiles(gone, message)).Value!.Files);
        Assert.Null((await Add(conversation, gone)).Error);
        Assert.Equal("later", (await conversation.See(gone, message)).UserNick);
        Assert.Equal(2, (await conversation.Grain.GetFiles(gone, message)).Value!.Files.Length);
    }

    [Fact]
    public async Task Who_has_a_number_next_is_another_person()
    {
        var conversation = await _fixture.Group(3);
        var (admin, person) = (conversation.Members[0], conversation.Members[2]);
        Assert.Null((await Nick(conversation, person, "theirs")).Error);
        var (own, theirs) = (await conversation.Sent(person), await conversation.Sent(admin));
        Assert.Null((await Read(conversation, person, theirs.Uuid)).Error);
        Assert.Null((await conversation.Grain.EndAccount(person)).Error);
        Assert.Null((await conversation.Grain.EndAccount(person)).Error);

        await Unseen();
        Assert.Null((await Add(conversation, person)).Error);
        Assert.Null((await Nick(conversation, person, "the next one's")).Error);
        for (var loaded = 0; loaded < 2; loaded++)
        {
            Assert.Equal([EventTypes.Added], (await conversation.Grain.GetMessages(person, new RequestGetMessages(conversation.Uuid, null, 100))).Value!.Messages.Select(one => one.EventType));
            Assert.Equal((3, 2), (await conversation.See(admin, theirs.Uuid)) is var seen ? (seen.Members, seen.ReadedMembers) : default);
            Assert.Equal((3, 1), (await conversation.See(admin, own.Uuid)) is var mine ? (mine.Members, mine.ReadedMembers) : default);
            Assert.Null((await conversation.See(admin, own.Uuid)).UserNick);
            Assert.Equal(Statuses.NotFound, (await Delete(conversation, person, own.Uuid)).Error!.Status);
            Assert.Equal(Statuses.Conflict, (await conversation.Send(person, conversation.Message(Guid.Parse(own.Uuid)))).Error!.Status);
            await _fixture.Silo.Deactivate(conversation.Grain);
        }

        // The receipt for what the earlier one wrote is not theirs to hear.
        Assert.Null((await Read(conversation, admin, own.Uuid)).Error);
        Assert.DoesNotContain(_fixture.Deliveries.By(person), one => one.Type == nameof(UpdatedMessageNotification) && one.Payload.Contains(own.Uuid, StringComparison.Ordinal));

        async Task Unseen()
        {
            Assert.Equal(Statuses.NotFound, (await conversation.Grain.GetMessages(person, new RequestGetMessages(conversation.Uuid, null, 1))).Error!.Status);
            Assert.Equal(Statuses.NotFound, (await conversation.Grain.GetSessionKey(person, new RequestGetSessionKey(conversation.Uuid, conversation.Key.ToString()))).Error!.Status);
            Assert.Null((await _fixture.Silo.Log.FindKey(conversation.Id, conversation.Key, person.UserId)));
        }
    }

    [Fact]
    public async Task A_message_answers_what_its_author_can_see_and_not_itself()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var before = Guid.Parse((await conversation.Sent(conversation.Members[0])).Uuid);
        Assert.Null((await Add(conversation, late)).Error);
        var (self, first, second) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal(Statuses.BadRequest, (await conversation.Send(late, conversation.Message(reply: before))).Error!.Status);
        Assert.Equal(Statuses.BadRequest, (await conversation.Send(late, conversation.Message(self, reply: self))).Error!.Status);
        Assert.Null((await conversation.Send(conversation.Members[1], conversation.Message(reply: before))).Error);
        var pipelined = await conversation.Grain.AddMessages(
            late, new[] { conversation.Message(first, reply: second), conversation.Message(second), conversation.Message(first, reply: second) }.AsImmutable());
        Assert.Equal([Statuses.BadRequest, null, null], pipelined.Select(one => one.Error?.Status));
        await _fixture.Silo.Deactivate(conversation.Grain);
        Assert.Equal(Statuses.BadRequest, (await conversation.Send(late, conversation.Message(reply: before))).Error!.Status);
        Assert.Null((await conversation.Send(conversation.Members[1], conversation.Message(reply: before))).Error);
        Assert.Null((await conversation.Send(late, conversation.Message(reply: first))).Error);
    }

    /// <summary>Both in flight: the first is with the log, which holds it back, when the second comes.</summary>
    private async Task<(T First, Result Second)> WhileWriting<T>(Func<Task<T>> first, Func<Task<Result>> second)
    {
        var (begun, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        _fixture.Silo.Log.Before = _ =>
        {
            begun.TrySetResult();
            return commit.Task;
        };
        var writing = first();
        await begun.Task;
        var changing = second();

        // In memory, which runs ahead of the log: what is asked after it is answered after it.
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Waiting == 2);
        commit.SetResult();
        _fixture.Silo.Log.Before = null;
        return (await writing, await changing);
    }

    private async Task<IReadOnlyList<System.Text.Json.JsonElement>> Heard(Caller who, int count) =>
        [.. (await _fixture.Deliveries.Hears(who, nameof(NotificationAddedMessageToConversation), count)).Select(one => one.GetProperty("message"))];

    private static async Task<Result> Read(TestConversation conversation, Caller who, string uuid) =>
        (await conversation.Grain.Readed(who, new[] { new RequestMessagesReaded(conversation.Uuid, [uuid]) }.AsImmutable()))[0];

    private static Task<Result> Add(TestConversation conversation, Caller who) =>
        conversation.Grain.AddMember(conversation.Members[0], new RequestAddMember(conversation.Uuid, conversation.Key.ToString(), TestConversation.Value(who.UserId)));

    private static Task<Result> Kick(TestConversation conversation, int who) => conversation.Grain.Kick(conversation.Members[0], new RequestKickUser(conversation.Uuid, conversation.Members[who].UserId));

    private static Task<Result> Delete(TestConversation conversation, Caller who, string uuid) => conversation.Grain.DeleteMessage(who, new RequestDeleteMessage(conversation.Uuid, uuid));

    private static Task<Result> Report(TestConversation conversation, Caller who, string uuid) => conversation.Grain.ReportMessage(who, new AddMessageReport(conversation.Uuid, uuid, "Spam"));

    private static Task<Result> Nick(TestConversation conversation, Caller who, string nick) => conversation.Grain.UpdateMemberNick(who, new UpdateMemberNick(conversation.Uuid, nick, null));

    private static async Task<Message[]> Before(TestConversation conversation, Caller who, string uuid, int size) =>
        (await conversation.Grain.GetMessagesFromUuid(who, new RequestGetMessagesFromUuid(conversation.Uuid, size, uuid))).Value!.Messages;

    private static async Task<Message[]> After(TestConversation conversation, Caller who, string uuid, int size) =>
        (await conversation.Grain.GetMessages(who, new RequestGetMessages(conversation.Uuid, uuid, size))).Value!.Messages;
}
