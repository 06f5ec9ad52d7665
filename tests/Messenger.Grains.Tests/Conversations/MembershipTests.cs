using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public sealed class MembershipTests : IAsyncLifetime
{
    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Creating_twice_gives_what_exists_and_anothers_uuid_is_a_conflict()
    {
        var scene = await _stage.Group(3);
        var again = await scene.Grain.Create(scene.Cast[0], scene.Request(dialog: false));
        Assert.Equal(scene.Uuid, again.Value!.Conversation.Uuid);
        var foreign = scene with { Cast = [scene.Cast[1], scene.Cast[0]] };
        Assert.Equal(Statuses.Conflict, (await scene.Grain.Create(scene.Cast[1], foreign.Request(dialog: false))).Refusal!.Status);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddMemberToConversation", 2);
    }

    [Fact]
    public async Task A_dialog_takes_two_registered_people()
    {
        var three = new Scene(_stage, Guid.NewGuid(), Guid.NewGuid(), [await _stage.Person(0), await _stage.Person(1), await _stage.Person(2)]);
        Assert.Equal(Statuses.BadRequest, (await three.Grain.Create(three.Cast[0], three.Request(dialog: true))).Refusal!.Status);
        var unknown = new Scene(_stage, Guid.NewGuid(), Guid.NewGuid(), [three.Cast[0], new Caller(UserIds.FromPhone("+1"), "none")]);
        Assert.Equal(Statuses.NotFound, (await unknown.Grain.Create(three.Cast[0], unknown.Request(dialog: true))).Refusal!.Status);
        var dialog = await _stage.Create(three.Cast[..2], dialog: true);
        var list = (await dialog.Grain.GetMembersList(three.Cast[1], new RequestGetMembersList(dialog.Uuid))).Value!;
        Assert.Equal(2, list.Admins.Length);
        Assert.Empty(list.Members);
    }

    [Fact]
    public async Task History_begins_with_joining_and_ends_with_leaving()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var before = await scene.Sent(scene.Cast[0]);
        Assert.Equal(Answer.Ok, await scene.Grain.AddMember(scene.Cast[0], Adding(scene, late)));
        var during = await scene.Sent(scene.Cast[0]);
        Assert.Equal(Answer.Ok, await scene.Grain.Leave(late, new RequestLeaveConversation(scene.Uuid)));
        var after = await scene.Sent(scene.Cast[0]);

        var seen = (await scene.Grain.GetMessages(late, new RequestGetMessages(scene.Uuid, null, 100))).Value!.Messages;
        Assert.Equal([EventTypes.Leaved, null, EventTypes.Added], seen.Select(message => message.EventType));
        Assert.Equal(during.Uuid, seen[1].Uuid);
        Assert.Equal((3, 3, 2), (during.Members, seen[0].Members, after.Members));
        Assert.Equal(2, (await scene.See(scene.Cast[0], before.Uuid)).Members);
        Assert.Equal(Statuses.NotFound, (await scene.Send(late)).Refusal!.Status);
        Assert.Empty((await scene.Grain.GetMessagesByUuids(late, new RequestGetMessagesByUuids(scene.Uuid, [before.Uuid, after.Uuid]))).Value!.Messages);
    }

    [Fact]
    public async Task Adding_who_is_there_does_nothing_twice_and_adding_as_admin_promotes()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        await scene.Grain.AddMember(scene.Cast[0], Adding(scene, late));
        await scene.Grain.AddMember(scene.Cast[0], Adding(scene, late));
        await _stage.Told.Hears(late, "NotificationAddMemberToConversation", 1);
        var request = Adding(scene, late);
        await scene.Grain.AddAdmin(scene.Cast[0], new RequestAddAdmin(scene.Uuid, request.SessionKeyUuid, request.SessionKeyValue));
        Assert.Contains(late.UserId, (await scene.Grain.GetMembersList(late, new RequestGetMembersList(scene.Uuid))).Value!.Admins);
    }

    [Fact]
    public async Task Only_a_groups_admin_adds_with_the_current_key()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.AddMember(scene.Cast[1], Adding(scene, late))).Refusal!.Status);
        var stale = Adding(scene, late) with { SessionKeyUuid = Guid.NewGuid().ToString() };
        Assert.Equal(Statuses.Conflict, (await scene.Grain.AddMember(scene.Cast[0], stale)).Refusal!.Status);
        await _stage.Silo.Users.AddToBlackList(late.UserId, scene.Cast[0].UserId);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.AddMember(scene.Cast[0], Adding(scene, late))).Refusal!.Status);
    }

    [Fact]
    public async Task A_new_members_devices_hear_every_message_after_the_join()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var (joined, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        _stage.Silo.Log.Before = _ =>
        {
            joined.TrySetResult();
            return commit.Task;
        };
        var joining = scene.Grain.AddMember(scene.Cast[0], Adding(scene, late));
        await joined.Task;
        var sending = scene.Send(scene.Cast[0]);
        commit.SetResult();
        await Task.WhenAll(joining, sending);
        var heard = await _stage.Told.Hears(late, "NotificationAddedMessageToConversation", 2);
        var visible = (await scene.Grain.GetMessages(late, new RequestGetMessages(scene.Uuid, null, 100))).Value!.Messages;
        Assert.Equal(visible.Reverse().Select(message => message.Uuid), heard.Select(one => one.GetProperty("message").GetProperty("uuid").GetString()));
    }

    [Fact]
    public async Task The_last_admins_place_is_inherited_and_the_last_members_leaving_ends_it()
    {
        var scene = await _stage.Group(3);
        await scene.Grain.Leave(scene.Cast[0], new RequestLeaveConversation(scene.Uuid));
        var list = (await scene.Grain.GetMembersList(scene.Cast[2], new RequestGetMembersList(scene.Uuid))).Value!;
        Assert.Equal([scene.Cast[1].UserId], list.Admins);
        await _stage.Told.Hears(scene.Cast[0], "NotificationConversationLeaved", 1);
        await scene.Grain.Leave(scene.Cast[1], new RequestLeaveConversation(scene.Uuid));
        await scene.Grain.Leave(scene.Cast[2], new RequestLeaveConversation(scene.Uuid));
        Assert.Equal(Statuses.NotFound, (await scene.Grain.GetMessages(scene.Cast[2], new RequestGetMessages(scene.Uuid, null, 1))).Refusal!.Status);
        Assert.Equal(Statuses.Conflict, (await scene.Grain.Create(scene.Cast[0], scene.Request(dialog: false))).Refusal!.Status);
    }

    [Fact]
    public async Task A_kick_is_told_to_all_and_repeats_quietly()
    {
        var scene = await _stage.Group(3);
        var request = new RequestKickUser(scene.Uuid, scene.Cast[2].UserId);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.Kick(scene.Cast[1], request)).Refusal!.Status);
        Assert.Equal(Answer.Ok, await scene.Grain.Kick(scene.Cast[0], request));
        Assert.Equal(Answer.Ok, await scene.Grain.Kick(scene.Cast[0], request));
        foreach (var person in scene.Cast)
        {
            await _stage.Told.Hears(person, "NotificationConversationLeaved", 1);
        }

        Assert.Equal(Statuses.NotFound, (await scene.Grain.Kick(scene.Cast[0], request with { UserId = UserIds.FromPhone("+2") })).Refusal!.Status);
    }

    [Fact]
    public async Task A_new_session_key_is_current_goes_to_each_named_and_the_old_stays_readable()
    {
        var scene = await _stage.Group(3);
        SessionKeyValue[] keys = [Wrapped(scene.Cast[0], "a"), Wrapped(scene.Cast[1], "b"), Wrapped(scene.Cast[1], "ignored"), Wrapped(scene.Cast[2], "c")];
        var request = new RequestAddNewSessionKeys(scene.Uuid, keys);
        var made = (await scene.Grain.AddNewSessionKeys(scene.Cast[0], request)).Value!.SessionKeyUuid;
        Assert.Equal(made, (await scene.Grain.AddNewSessionKeys(scene.Cast[0], request)).Value!.SessionKeyUuid);
        var told = await _stage.Told.Hears(scene.Cast[1], "NotificationNewSessionKey", 1);
        Assert.Equal("b", told[0].GetProperty("sessionKey").GetProperty("keyEncryptedBase64").GetString());
        Assert.NotNull((await scene.Grain.GetSessionKey(scene.Cast[2], new RequestGetSessionKey(scene.Uuid, made))).Value);
        Assert.NotNull((await scene.Grain.GetSessionKey(scene.Cast[2], new RequestGetSessionKey(scene.Uuid, scene.Key.ToString()))).Value);
        var stranger = new RequestAddNewSessionKeys(scene.Uuid, [Wrapped(await _stage.Person(8), "x")]);
        Assert.Equal(Statuses.BadRequest, (await scene.Grain.AddNewSessionKeys(scene.Cast[0], stranger)).Refusal!.Status);
    }

    [Fact]
    public async Task A_key_that_leaves_somebody_out_does_not_become_current()
    {
        var scene = await _stage.Group(3);
        var alone = new RequestAddNewSessionKeys(scene.Uuid, [Wrapped(scene.Cast[1], "b")]);
        var two = new RequestAddNewSessionKeys(scene.Uuid, [Wrapped(scene.Cast[0], "a"), Wrapped(scene.Cast[1], "b")]);

        Assert.Equal(Statuses.Conflict, (await scene.Grain.AddNewSessionKeys(scene.Cast[1], alone)).Refusal!.Status);
        Assert.Equal(Statuses.Conflict, (await scene.Grain.AddNewSessionKeys(scene.Cast[0], two)).Refusal!.Status);
        Assert.Null((await scene.Grain.AddMember(scene.Cast[0], Adding(scene, await _stage.Person(7)))).Refusal);
    }

    [Fact]
    public async Task Where_more_are_together_than_one_message_names_an_admin_re_keys_and_names_the_admins()
    {
        var scene = await _stage.Group(Limits.RekeyedWhole + 1);
        var some = new RequestAddNewSessionKeys(scene.Uuid, [Wrapped(scene.Cast[0], "a"), Wrapped(scene.Cast[1], "b")]);

        Assert.Equal(Statuses.Forbidden, (await scene.Grain.AddNewSessionKeys(scene.Cast[1], some)).Refusal!.Status);
        Assert.Equal(Statuses.Conflict, (await scene.Grain.AddNewSessionKeys(scene.Cast[0], some with { SessionKeys = [Wrapped(scene.Cast[1], "b")] })).Refusal!.Status);
        Assert.NotNull((await scene.Grain.AddNewSessionKeys(scene.Cast[0], some)).Value);
    }

    private static SessionKeyValue Wrapped(Caller who, string key) => Scene.Value(who.UserId) with { KeyEncryptedBase64 = key };

    private static RequestAddMember Adding(Scene scene, Caller who) => new(scene.Uuid, scene.Key.ToString(), Scene.Value(who.UserId));
}
