using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public sealed class MembershipTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Creating_twice_gives_what_exists_and_anothers_uuid_is_a_conflict()
    {
        var conversation = await _fixture.Group(3);
        var again = await conversation.Grain.Create(conversation.Members[0], conversation.Request(dialog: false));
        Assert.Equal(conversation.Uuid, again.Value!.Conversation.Uuid);
        var foreign = conversation with { Members = [conversation.Members[1], conversation.Members[0]] };
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.Create(conversation.Members[1], foreign.Request(dialog: false))).Error!.Status);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddMemberToConversation", 2);
    }

    [Fact]
    public async Task A_dialog_takes_two_registered_people()
    {
        var three = new TestConversation(_fixture, Guid.NewGuid(), Guid.NewGuid(), [await _fixture.Person(0), await _fixture.Person(1), await _fixture.Person(2)]);
        Assert.Equal(Statuses.BadRequest, (await three.Grain.Create(three.Members[0], three.Request(dialog: true))).Error!.Status);
        var unknown = new TestConversation(_fixture, Guid.NewGuid(), Guid.NewGuid(), [three.Members[0], new Caller(UserIds.FromPhone("+1"), "none")]);
        Assert.Equal(Statuses.NotFound, (await unknown.Grain.Create(three.Members[0], unknown.Request(dialog: true))).Error!.Status);
        var dialog = await _fixture.Create(three.Members[..2], dialog: true);
        var list = (await dialog.Grain.GetMembersList(three.Members[1], new RequestGetMembersList(dialog.Uuid))).Value!;
        Assert.Equal(2, list.Admins.Length);
        Assert.Empty(list.Members);
    }

    [Fact]
    public async Task History_begins_with_joining_and_ends_with_leaving()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var before = await conversation.Sent(conversation.Members[0]);
        Assert.Equal(Result.Ok, await conversation.Grain.AddMember(conversation.Members[0], Adding(conversation, late)));
        var during = await conversation.Sent(conversation.Members[0]);
        Assert.Equal(Result.Ok, await conversation.Grain.Leave(late, new RequestLeaveConversation(conversation.Uuid)));
        var after = await conversation.Sent(conversation.Members[0]);

        var seen = (await conversation.Grain.GetMessages(late, new RequestGetMessages(conversation.Uuid, null, 100))).Value!.Messages;
        Assert.Equal([EventTypes.Leaved, null, EventTypes.Added], seen.Select(message => message.EventType));
        Assert.Equal(during.Uuid, seen[1].Uuid);
        Assert.Equal((3, 3, 2), (during.Members, seen[0].Members, after.Members));
        Assert.Equal(2, (await conversation.See(conversation.Members[0], before.Uuid)).Members);
        Assert.Equal(Statuses.NotFound, (await conversation.Send(late)).Error!.Status);
        Assert.Empty((await conversation.Grain.GetMessagesByUuids(late, new RequestGetMessagesByUuids(conversation.Uuid, [before.Uuid, after.Uuid]))).Value!.Messages);
    }

    [Fact]
    public async Task Adding_who_is_there_does_nothing_twice_and_adding_as_admin_promotes()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        await conversation.Grain.AddMember(conversation.Members[0], Adding(conversation, late));
        await conversation.Grain.AddMember(conversation.Members[0], Adding(conversation, late));
        await _fixture.Deliveries.Hears(late, "NotificationAddMemberToConversation", 1);
        var request = Adding(conversation, late);
        await conversation.Grain.AddAdmin(conversation.Members[0], new RequestAddAdmin(conversation.Uuid, request.SessionKeyUuid, request.SessionKeyValue));
        Assert.Contains(late.UserId, (await conversation.Grain.GetMembersList(late, new RequestGetMembersList(conversation.Uuid))).Value!.Admins);
    }

    [Fact]
    public async Task Only_a_groups_admin_adds_with_the_current_key()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.AddMember(conversation.Members[1], Adding(conversation, late))).Error!.Status);
        var stale = Adding(conversation, late) with { SessionKeyUuid = Guid.NewGuid().ToString() };
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.AddMember(conversation.Members[0], stale)).Error!.Status);
        await _fixture.Silo.Users.AddToBlackList(late.UserId, conversation.Members[0].UserId);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.AddMember(conversation.Members[0], Adding(conversation, late))).Error!.Status);
    }

    [Fact]
    public async Task A_new_members_devices_hear_every_message_after_the_join()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var (joined, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        _fixture.Silo.Log.Before = _ =>
        {
            joined.TrySetResult();
            return commit.Task;
        };
        var joining = conversation.Grain.AddMember(conversation.Members[0], Adding(conversation, late));
        await joined.Task;
        var sending = conversation.Send(conversation.Members[0]);
        commit.SetResult();
        await Task.WhenAll(joining, sending);
        var heard = await _fixture.Deliveries.Hears(late, "NotificationAddedMessageToConversation", 2);
        var visible = (await conversation.Grain.GetMessages(late, new RequestGetMessages(conversation.Uuid, null, 100))).Value!.Messages;
        Assert.Equal(visible.Reverse().Select(message => message.Uuid), heard.Select(one => one.GetProperty("message").GetProperty("uuid").GetString()));
    }

    [Fact]
    public async Task The_last_admins_place_is_inherited_and_the_last_members_leaving_ends_it()
    {
        var conversation = await _fixture.Group(3);
        await conversation.Grain.Leave(conversation.Members[0], new RequestLeaveConversation(conversation.Uuid));
        var list = (await conversation.Grain.GetMembersList(conversation.Members[2], new RequestGetMembersList(conversation.Uuid))).Value!;
        Assert.Equal([conversation.Members[1].UserId], list.Admins);
        await _fixture.Deliveries.Hears(conversation.Members[0], "NotificationConversationLeaved", 1);
        await conversation.Grain.Leave(conversation.Members[1], new RequestLeaveConversation(conversation.Uuid));
        await conversation.Grain.Leave(conversation.Members[2], new RequestLeaveConversation(conversation.Uuid));
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.GetMessages(conversation.Members[2], new RequestGetMessages(conversation.Uuid, null, 1))).Error!.Status);
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.Create(conversation.Members[0], conversation.Request(dialog: false))).Error!.Status);
    }

    [Fact]
    public async Task A_kick_is_told_to_all_and_repeats_quietly()
    {
        var conversation = await _fixture.Group(3);
        var request = new RequestKickUser(conversation.Uuid, conversation.Members[2].UserId);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.Kick(conversation.Members[1], request)).Error!.Status);
        Assert.Equal(Result.Ok, await conversation.Grain.Kick(conversation.Members[0], request));
        Assert.Equal(Result.Ok, await conversation.Grain.Kick(conversation.Members[0], request));
        foreach (var person in conversation.Members)
        {
            await _fixture.Deliveries.Hears(person, "NotificationConversationLeaved", 1);
        }

        Assert.Equal(Statuses.NotFound, (await conversation.Grain.Kick(conversation.Members[0], request with { UserId = UserIds.FromPhone("+2") })).Error!.Status);
    }

    [Fact]
    public async Task A_new_session_key_is_current_goes_to_each_named_and_the_old_stays_readable()
    {
        var conversation = await _fixture.Group(3);
        SessionKeyValue[] keys = [Wrapped(conversation.Members[0], "a"), Wrapped(conversation.Members[1], "b"), Wrapped(conversation.Members[1], "ignored"), Wrapped(conversation.Members[2], "c")];
        var request = new RequestAddNewSessionKeys(conversation.Uuid, keys);
        var made = (await conversation.Grain.AddNewSessionKeys(conversation.Members[0], request)).Value!.SessionKeyUuid;
        Assert.Equal(made, (await conversation.Grain.AddNewSessionKeys(conversation.Members[0], request)).Value!.SessionKeyUuid);
        var told = await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationNewSessionKey", 1);
        Assert.Equal("b", told[0].GetProperty("sessionKey").GetProperty("keyEncryptedBase64").GetString());
        Assert.NotNull((await conversation.Grain.GetSessionKey(conversation.Members[2], new RequestGetSessionKey(conversation.Uuid, made))).Value);
        Assert.NotNull((await conversation.Grain.GetSessionKey(conversation.Members[2], new RequestGetSessionKey(conversation.Uuid, conversation.Key.ToString()))).Value);
        var stranger = new RequestAddNewSessionKeys(conversation.Uuid, [Wrapped(await _fixture.Person(8), "x")]);
        Assert.Equal(Statuses.BadRequest, (await conversation.Grain.AddNewSessionKeys(conversation.Members[0], stranger)).Error!.Status);
    }

    [Fact]
    public async Task A_key_that_leaves_somebody_out_does_not_become_current()
    {
        var conversation = await _fixture.Group(3);
        var alone = new RequestAddNewSessionKeys(conversation.Uuid, [Wrapped(conversation.Members[1], "b")]);
        var two = new RequestAddNewSessionKeys(conversation.Uuid, [Wrapped(conversation.Members[0], "a"), Wrapped(conversation.Members[1], "b")]);

        Assert.Equal(Statuses.Conflict, (await conversation.Grain.AddNewSessionKeys(conversation.Members[1], alone)).Error!.Status);
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.AddNewSessionKeys(conversation.Members[0], two)).Error!.Status);
        Assert.Null((await conversation.Grain.AddMember(conversation.Members[0], Adding(conversation, await _fixture.Person(7)))).Error);
    }

    [Fact]
    public async Task Where_more_are_together_than_one_message_names_an_admin_re_keys_and_names_the_admins()
    {
        var conversation = await _fixture.Group(Limits.RekeyedWhole + 1);
        var some = new RequestAddNewSessionKeys(conversation.Uuid, [Wrapped(conversation.Members[0], "a"), Wrapped(conversation.Members[1], "b")]);

        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.AddNewSessionKeys(conversation.Members[1], some)).Error!.Status);
        Assert.Equal(Statuses.Conflict, (await conversation.Grain.AddNewSessionKeys(conversation.Members[0], some with { SessionKeys = [Wrapped(conversation.Members[1], "b")] })).Error!.Status);
        Assert.NotNull((await conversation.Grain.AddNewSessionKeys(conversation.Members[0], some)).Value);
    }

    private static SessionKeyValue Wrapped(Caller who, string key) => TestConversation.Value(who.UserId) with { KeyEncryptedBase64 = key };

    private static RequestAddMember Adding(TestConversation conversation, Caller who) => new(conversation.Uuid, conversation.Key.ToString(), TestConversation.Value(who.UserId));
}
