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

    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Who_joins_while_a_message_is_written_neither_hears_of_it_nor_counts()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var (answer, joined) = await WhileWriting(() => scene.Send(scene.Cast[0]), () => Add(scene, late));
        Assert.Equal(Answer.Ok, joined);

        var message = Scene.Read(answer.Value!);
        Assert.Equal(2, message.Members);
        var heard = Assert.Single(await Heard(late, 1));
        Assert.Equal(EventTypes.Added, heard.GetProperty("eventType").GetString());
        Assert.Null((await Read(scene, scene.Cast[1], message.Uuid)).Refusal);
        var seen = await scene.See(scene.Cast[0], message.Uuid);
        Assert.Equal((2, 2), (seen.Members, seen.ReadedMembers));
        await _stage.Silo.Deactivate(scene.Grain);
        Assert.Equal(2, (await scene.See(scene.Cast[0], message.Uuid)).Members);
    }

    [Fact]
    public async Task Who_is_kicked_while_a_message_is_written_hears_of_it_and_counts()
    {
        var scene = await _stage.Group(3);
        var (answer, kicked) = await WhileWriting(() => scene.Send(scene.Cast[1]), () => Kick(scene, 2));
        Assert.Equal(Answer.Ok, kicked);

        var message = Scene.Read(answer.Value!);
        Assert.Equal(3, message.Members);
        Assert.Equal(
            [EventTypes.Added, EventTypes.Added, null, EventTypes.Kicked], (await Heard(scene.Cast[2], 4)).Select(one => one.GetProperty("eventType").GetString()));
        await scene.See(scene.Cast[2], message.Uuid);
    }

    /// <summary>A commit whose outcome is not known is told once it is: to those whom it was for.</summary>
    [Fact]
    public async Task What_is_told_late_is_told_to_those_who_were_there()
    {
        var scene = await _stage.Group(3);
        _stage.Silo.Log.Next.Enqueue(new(LogOutcome.Unknown, Written: true));
        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0])).Refusal!.Status);
        foreach (var person in scene.Cast[1..])
        {
            await Heard(person, 3);
        }
    }

    [Fact]
    public async Task Everybody_who_joins_or_goes_hears_of_what_happens_in_the_right_order()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var (_, joined) = await WhileWriting(
            () => scene.Grain.Rename(scene.Cast[0], new RequestRenameConversation(scene.Uuid, "other")), () => Add(scene, late));
        Assert.Equal(Answer.Ok, joined);
        await _stage.Told.Hears(late, nameof(NotificationAddMemberToConversation), 1);
        Assert.DoesNotContain(_stage.Told.By(late), one => one.Type == nameof(NotificationRenameConversation));
        await Heard(late, 1);
    }

    [Fact]
    public async Task Coming_back_takes_nothing_away()
    {
        var scene = await _stage.Group(2);
        var (admin, other) = (scene.Cast[0], scene.Cast[1]);
        var theirs = await scene.Sent(admin);
        var own = await scene.Sent(other);
        Assert.Null((await Read(scene, other, theirs.Uuid)).Refusal);
        Assert.Null((await Kick(scene, 1)).Refusal);
        var between = await scene.Sent(admin);
        await scene.See(other, theirs.Uuid);
        Assert.Null((await Add(scene, other)).Refusal);
        var after = await scene.Sent(admin);

        for (var loaded = 0; loaded < 2; loaded++)
        {
            Assert.Equal((2, 2), (await scene.See(other, theirs.Uuid)) is var seen ? (seen.Members, seen.ReadedMembers) : default);
            Assert.Equal((2, 1), (await scene.See(admin, own.Uuid)) is var mine ? (mine.Members, mine.ReadedMembers) : default);
            Assert.Equal(1, (await scene.See(admin, between.Uuid)).Members);
            Assert.Empty((await scene.Grain.GetMessagesByUuids(other, new RequestGetMessagesByUuids(scene.Uuid, [between.Uuid]))).Value!.Messages);
            Assert.Equal(
                [after.Uuid, own.Uuid, theirs.Uuid],
                (await scene.Grain.GetMessages(other, new RequestGetMessages(scene.Uuid, null, 100))).Value!.Messages.Where(one => !one.IsEvent).Select(one => one.Uuid));

            // Paging goes over the gap, both ways.
            Assert.Equal(
                [own.Uuid, theirs.Uuid],
                (await Before(scene, other, after.Uuid, 5)).Where(one => !one.IsEvent).Select(one => one.Uuid));
            Assert.Equal(
                [after.Uuid],
                (await After(scene, other, own.Uuid, 5)).Where(one => !one.IsEvent).Select(one => one.Uuid));
            await _stage.Silo.Deactivate(scene.Grain);
        }

        Assert.Equal(1, (await scene.Grain.Get(other, new RequestGetConversationFull(scene.Uuid, null))).Value!.Conversation.UnreadedCounter);
        Assert.Null((await scene.Grain.MarkAllReaded(other, new RequestMarkAllReaded(scene.Uuid))).Refusal);
        Assert.Equal((1, 1), (await scene.See(admin, between.Uuid)) is var lone ? (lone.Members, lone.ReadedMembers) : default);
        Assert.Null((await Delete(scene, other, own.Uuid)).Refusal);
        Assert.True((await scene.See(admin, own.Uuid)).Deleted);
    }

    [Fact]
    public async Task Who_left_deletes_and_reports_and_nothing_else()
    {
        var scene = await _stage.Group(3);
        var (admin, gone) = (scene.Cast[0], scene.Cast[2]);
        var (own, theirs) = (await scene.Sent(gone), await scene.Sent(admin));
        Assert.Null((await scene.Grain.Leave(gone, new RequestLeaveConversation(scene.Uuid))).Refusal);
        var after = await scene.Sent(admin);

        Assert.Equal(Statuses.NotFound, (await Delete(scene, gone, after.Uuid)).Refusal!.Status);
        Assert.Equal(Statuses.NotFound, (await Report(scene, gone, after.Uuid)).Refusal!.Status);
        Assert.Equal(Statuses.NotFound, (await Read(scene, gone, theirs.Uuid)).Refusal!.Status);
        Assert.Equal(Statuses.Forbidden, (await Delete(scene, gone, theirs.Uuid)).Refusal!.Status);
        Assert.Null((await Delete(scene, gone, own.Uuid)).Refusal);
        Assert.Null((await Report(scene, gone, theirs.Uuid)).Refusal);
        Assert.True((await scene.See(admin, own.Uuid)).Deleted);
        Assert.True((await scene.See(admin, theirs.Uuid)).Objectionable);
        await _stage.Told.Hears(admin, nameof(DeleteMessageNotification), 1);
        await _stage.Told.Hears(admin, nameof(UpdatedMessageNotification), 1);
        Assert.DoesNotContain(_stage.Told.By(gone), one => one.Type is nameof(DeleteMessageNotification) or nameof(UpdatedMessageNotification));
    }

    [Fact]
    public async Task Nobody_is_told_what_becomes_of_a_message_from_before()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var (one, two) = (await scene.Sent(scene.Cast[0]), await scene.Sent(scene.Cast[0]));
        Assert.Null((await Add(scene, late)).Refusal);
        var seen = await scene.Sent(scene.Cast[0]);
        Assert.Null((await Report(scene, scene.Cast[1], one.Uuid)).Refusal);
        Assert.Null((await scene.Grain.DeleteMessages(scene.Cast[0], new RequestDeleteMessages(scene.Uuid, [one.Uuid, two.Uuid, seen.Uuid]))).Refusal);

        await _stage.Told.Hears(scene.Cast[1], nameof(DeleteMessageNotification), 3);
        Assert.Equal(seen.Uuid, Assert.Single(await _stage.Told.Hears(late, nameof(DeleteMessageNotification), 1)).GetProperty("messageUuid").GetString());
        Assert.DoesNotContain(_stage.Told.By(late), told => told.Type == nameof(UpdatedMessageNotification));
    }

    [Fact]
    public async Task Who_left_sees_the_files_and_nicks_of_then()
    {
        var scene = await _stage.Group(3);
        var (author, gone) = (scene.Cast[0], scene.Cast[2]);
        var message = Scene.Read((await scene.Send(author, scene.Message() with { HasFiles = true })).Value!).Uuid;
        Assert.Null((await scene.Grain.AddFile(author, message, Picture)).Refusal);
        Assert.Null((await Nick(scene, author, "then")).Refusal);
        Assert.Null((await Kick(scene, 2)).Refusal);
        Assert.Null((await scene.Grain.AddFile(author, message, Picture with { Id = Guid.NewGuid(), Name = "b", PathName = "b" })).Refusal);

        Assert.Equal("a", Assert.Single((await scene.Grain.GetFiles(gone, message)).Value!.Files).PathName);
        Assert.Equal(2, (await scene.Grain.GetFiles(scene.Cast[1], message)).Value!.Files.Length);
        Assert.Equal("then", (await scene.See(gone, message)).UserNick);
        Assert.Null((await Nick(scene, author, "later")).Refusal);
        await _stage.Silo.Deactivate(scene.Grain);
        Assert.Null((await scene.See(gone, message)).UserNick);
        Assert.Equal("later", (await scene.See(scene.Cast[1], message)).UserNick);
        Assert.Single((await scene.Grain.GetFiles(gone, message)).Value!.Files);
        Assert.Null((await Add(scene, gone)).Refusal);
        Assert.Equal("later", (await scene.See(gone, message)).UserNick);
        Assert.Equal(2, (await scene.Grain.GetFiles(gone, message)).Value!.Files.Length);
    }

    [Fact]
    public async Task Who_has_a_number_next_is_another_person()
    {
        var scene = await _stage.Group(3);
        var (admin, person) = (scene.Cast[0], scene.Cast[2]);
        Assert.Null((await Nick(scene, person, "theirs")).Refusal);
        var (own, theirs) = (await scene.Sent(person), await scene.Sent(admin));
        Assert.Null((await Read(scene, person, theirs.Uuid)).Refusal);
        Assert.Null((await scene.Grain.EndAccount(person)).Refusal);
        Assert.Null((await scene.Grain.EndAccount(person)).Refusal);

        await Unseen();
        Assert.Null((await Add(scene, person)).Refusal);
        Assert.Null((await Nick(scene, person, "the next one's")).Refusal);
        for (var loaded = 0; loaded < 2; loaded++)
        {
            Assert.Equal([EventTypes.Added], (await scene.Grain.GetMessages(person, new RequestGetMessages(scene.Uuid, null, 100))).Value!.Messages.Select(one => one.EventType));
            Assert.Equal((3, 2), (await scene.See(admin, theirs.Uuid)) is var seen ? (seen.Members, seen.ReadedMembers) : default);
            Assert.Equal((3, 1), (await scene.See(admin, own.Uuid)) is var mine ? (mine.Members, mine.ReadedMembers) : default);
            Assert.Null((await scene.See(admin, own.Uuid)).UserNick);
            Assert.Equal(Statuses.NotFound, (await Delete(scene, person, own.Uuid)).Refusal!.Status);
            Assert.Equal(Statuses.Conflict, (await scene.Send(person, scene.Message(Guid.Parse(own.Uuid)))).Refusal!.Status);
            await _stage.Silo.Deactivate(scene.Grain);
        }

        // The receipt for what the earlier one wrote is not theirs to hear.
        Assert.Null((await Read(scene, admin, own.Uuid)).Refusal);
        Assert.DoesNotContain(_stage.Told.By(person), one => one.Type == nameof(UpdatedMessageNotification) && one.Payload.Contains(own.Uuid, StringComparison.Ordinal));

        async Task Unseen()
        {
            Assert.Equal(Statuses.NotFound, (await scene.Grain.GetMessages(person, new RequestGetMessages(scene.Uuid, null, 1))).Refusal!.Status);
            Assert.Equal(Statuses.NotFound, (await scene.Grain.GetSessionKey(person, new RequestGetSessionKey(scene.Uuid, scene.Key.ToString()))).Refusal!.Status);
            Assert.Null((await _stage.Silo.Log.FindKey(scene.Id, scene.Key, person.UserId)));
        }
    }

    [Fact]
    public async Task A_message_answers_what_its_author_can_see_and_not_itself()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var before = Guid.Parse((await scene.Sent(scene.Cast[0])).Uuid);
        Assert.Null((await Add(scene, late)).Refusal);
        var (self, first, second) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal(Statuses.BadRequest, (await scene.Send(late, scene.Message(reply: before))).Refusal!.Status);
        Assert.Equal(Statuses.BadRequest, (await scene.Send(late, scene.Message(self, reply: self))).Refusal!.Status);
        Assert.Null((await scene.Send(scene.Cast[1], scene.Message(reply: before))).Refusal);
        var pipelined = await scene.Grain.AddMessages(
            late, new[] { scene.Message(first, reply: second), scene.Message(second), scene.Message(first, reply: second) }.AsImmutable());
        Assert.Equal([Statuses.BadRequest, null, null], pipelined.Select(one => one.Refusal?.Status));
        await _stage.Silo.Deactivate(scene.Grain);
        Assert.Equal(Statuses.BadRequest, (await scene.Send(late, scene.Message(reply: before))).Refusal!.Status);
        Assert.Null((await scene.Send(scene.Cast[1], scene.Message(reply: before))).Refusal);
        Assert.Null((await scene.Send(late, scene.Message(reply: first))).Refusal);
    }

    /// <summary>Both in flight: the first is with the log, which holds it back, when the second comes.</summary>
    private async Task<(T First, Answer Second)> WhileWriting<T>(Func<Task<T>> first, Func<Task<Answer>> second)
    {
        var (begun, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        _stage.Silo.Log.Before = _ =>
        {
            begun.TrySetResult();
            return commit.Task;
        };
        var writing = first();
        await begun.Task;
        var changing = second();

        // In memory, which runs ahead of the log: what is asked after it is answered after it.
        await Told.Until(() => _stage.Silo.Log.Waiting == 2);
        commit.SetResult();
        _stage.Silo.Log.Before = null;
        return (await writing, await changing);
    }

    private async Task<IReadOnlyList<System.Text.Json.JsonElement>> Heard(Caller who, int count) =>
        [.. (await _stage.Told.Hears(who, nameof(NotificationAddedMessageToConversation), count)).Select(one => one.GetProperty("message"))];

    private static async Task<Answer> Read(Scene scene, Caller who, string uuid) =>
        (await scene.Grain.Readed(who, new[] { new RequestMessagesReaded(scene.Uuid, [uuid]) }.AsImmutable()))[0];

    private static Task<Answer> Add(Scene scene, Caller who) =>
        scene.Grain.AddMember(scene.Cast[0], new RequestAddMember(scene.Uuid, scene.Key.ToString(), Scene.Value(who.UserId)));

    private static Task<Answer> Kick(Scene scene, int who) => scene.Grain.Kick(scene.Cast[0], new RequestKickUser(scene.Uuid, scene.Cast[who].UserId));

    private static Task<Answer> Delete(Scene scene, Caller who, string uuid) => scene.Grain.DeleteMessage(who, new RequestDeleteMessage(scene.Uuid, uuid));

    private static Task<Answer> Report(Scene scene, Caller who, string uuid) => scene.Grain.ReportMessage(who, new AddMessageReport(scene.Uuid, uuid, "Spam"));

    private static Task<Answer> Nick(Scene scene, Caller who, string nick) => scene.Grain.UpdateMemberNick(who, new UpdateMemberNick(scene.Uuid, nick, null));

    private static async Task<Message[]> Before(Scene scene, Caller who, string uuid, int size) =>
        (await scene.Grain.GetMessagesFromUuid(who, new RequestGetMessagesFromUuid(scene.Uuid, size, uuid))).Value!.Messages;

    private static async Task<Message[]> After(Scene scene, Caller who, string uuid, int size) =>
        (await scene.Grain.GetMessages(who, new RequestGetMessages(scene.Uuid, uuid, size))).Value!.Messages;
}
