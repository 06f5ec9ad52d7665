using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Making, describing, renaming and deleting conversations.</summary>
public class ConversationTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_dialog_has_exactly_two_people_both_admins()
    {
        var (a, b, c) = await Three();
        var talk = await a.Dialog(b);

        var conversation = (await b.Conversation(talk)).GetProperty("conversation");

        Assert.True(conversation.Flag("isDialog"));
        Assert.Equal(new[] { a.UserId, b.UserId }.Order(), conversation.Texts("admins").Order());
        Assert.Empty(conversation.Texts("members"));
        (await a.Ask("RequestCreateConversationFull", a.Creation(isDialog: true, [b, c], []).Payload)).Refused("bad_request");
        (await a.Ask("RequestCreateConversationFull", a.Creation(isDialog: true, [], []).Payload)).Refused("bad_request");
        (await a.AddMember(talk, c)).Refused("bad_request", "forbidden");
        (await a.Kick(talk, b)).Refused("bad_request", "forbidden");
    }

    [Fact]
    public async Task Everybody_else_is_told_that_they_were_added_and_the_creator_is_an_admin()
    {
        var (a, b, c) = await Three();
        var second = await Second(a);
        var talk = await a.Create(isDialog: false, admins: [b], members: [c]);

        foreach (var phone in new[] { b, c, second })
        {
            foreach (var added in new[] { b, c })
            {
                var told = await phone.Notified("NotificationAddMemberToConversation", notified => notified.Payload.Text("userId") == added.UserId);
                var conversation = told.Payload.GetProperty("conversation");
                Assert.Equal(talk.Uuid, conversation.Text("uuid"));
                Assert.Empty(conversation.Texts("admins"));
                Assert.Empty(conversation.Texts("members"));
            }
        }

        Assert.Empty(a.Line.Inbox.Left("NotificationAddMemberToConversation"));
        var list = (await c.Do("RequestGetMembersList", talk)).Done();
        Assert.Equal(new[] { a.UserId, b.UserId }.Order(), list.Texts("admins").Order());
        Assert.Equal([c.UserId], list.Texts("members"));
        var events = (await a.Log(talk)).Select(message => (message.Text("eventType"), message.Text("eventUserId"))).ToList();
        Assert.Equal(2, events.Count);
        Assert.Contains(("Added", b.UserId), events);
        Assert.Contains(("Added", c.UserId), events);
    }

    [Fact]
    public async Task The_same_uuid_again_gives_what_exists_to_its_creator_and_a_conflict_to_others()
    {
        var (a, b) = await Two();
        var (talk, creation) = a.Creation(isDialog: true, [b], []);
        var first = (await a.Ask("RequestCreateConversationFull", creation)).Done().GetProperty("conversation");

        var again = (await a.Ask("RequestCreateConversationFull", creation)).Done().GetProperty("conversation");

        Assert.Equal(first.Number("created"), again.Number("created"));
        Assert.Single(await a.Log(talk));
        (await b.Ask("RequestCreateConversationFull", creation)).Refused("conflict", "bad_request");
        var (_, foreign) = b.Creation(isDialog: true, [a], []);
        var json = System.Text.Json.Nodes.JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(foreign))!.AsObject();
        json["conversationUuid"] = talk.Uuid.ToUpperInvariant();
        (await b.Ask("RequestCreateConversationFull", json)).Refused("conflict");
    }

    [Fact]
    public async Task Who_is_not_registered_cannot_be_in_a_conversation()
    {
        var a = await Person();
        var nobody = Keep(new Phone(Account.New()));

        (await a.Ask("RequestCreateConversationFull", a.Creation(isDialog: true, [nobody], []).Payload)).Refused("not_found");
        var group = await a.Group();
        (await a.AddMember(group, nobody)).Refused("not_found");
    }

    [Fact]
    public async Task Uuids_compare_without_case_and_are_echoed_as_their_creator_spelled_them()
    {
        var (a, b) = await Two();
        var (talk, creation) = a.Creation(isDialog: true, [b], []);
        var json = System.Text.Json.Nodes.JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(creation))!.AsObject();
        json["conversationUuid"] = talk.Uuid.ToUpperInvariant();
        json["sessionKeyUuid"] = talk.Key.ToUpperInvariant();
        (await a.Ask("RequestCreateConversationFull", json)).Done();

        var seen = await b.Conversation(talk);
        var message = await b.Say(talk);

        Assert.Equal(talk.Uuid.ToUpperInvariant(), seen.GetProperty("conversation").Text("uuid"));
        Assert.Equal(talk.Key.ToUpperInvariant(), seen.GetProperty("conversation").Text("sessionKeyUuid"));
        Assert.Equal(talk.Uuid.ToUpperInvariant(), message.Text("conversationUuid"));
    }

    [Fact]
    public async Task A_stranger_gets_not_found_for_everything_so_that_uuids_cannot_be_probed()
    {
        var (a, b, stranger) = await Three();
        var talk = await a.Group(b);
        var message = (await a.Say(talk)).Text("uuid")!;
        var nowhere = new Talk(Opaque.Uuid(), talk.Key, a.UserId);

        foreach (var place in new[] { talk, nowhere })
        {
            var conversationUuid = place.Uuid;
            (string Type, object Payload)[] requests =
            [
                ("RequestGetConversationFull", new { conversationUuid }),
                ("RequestGetMembersList", new { conversationUuid }),
                ("GetNicks", new { conversationUuid }),
                ("UpdateMemberNick", new { conversationUuid, nickEncrypted = "n" }),
                ("RequestAddMessage", place.Draft()),
                ("RequestGetMessages", new { conversationUuid, size = 1 }),
                ("RequestGetMessagesFromUuid", new { conversationUuid, size = 1 }),
                ("RequestGetMessagesByUuids", new { conversationUuid, uuids = new[] { message } }),
                ("MessageDelivered", new { conversationUuid, messageUuid = message }),
                ("RequestMessagesReaded", new { conversationUuid, messageUuids = new[] { message } }),
                ("RequestMarkAllReaded", new { conversationUuid }),
                ("RequestDeleteMessage", new { conversationUuid, uuid = message }),
                ("RequestDeleteMessages", new { conversationUuid, uuids = new[] { message } }),
                ("RequestTyping", new { conversationUuid }),
                ("RequestLeaveConversation", new { conversationUuid }),
                ("RequestDeleteConversation", new { conversationUuid }),
                ("RequestRenameConversation", new { conversationUuid, title = "t" }),
                ("RequestKickUser", new { conversationUuid, userId = a.UserId }),
                ("RequestChangeToAdmin", new { conversationUuid, userId = b.UserId }),
                ("RequestGetSessionKey", new { conversationUuid, sessionKeyUuid = talk.Key }),
                ("RequestGetUpdatedPublicKeys", new { conversationUuid }),
                ("RequestGetFiles", new { conversationUuid, messageUuid = message }),
                ("RequestGetFilesFast", new { conversationUuid, messageUuid = message }),
                ("AddMessageReport", new { conversationUuid, messageUuid = message, reason = "r" }),
                ("AddConversationReport", new { conversationUuid, reason = "r" }),
                ("RequestAddMember", new { conversationUuid, sessionKeyUuid = talk.Key, sessionKeyValue = Opaque.Key(stranger.UserId, stranger.UserId) }),
                ("RequestAddNewSessionKeys", new { conversationUuid, sessionKeys = new[] { Opaque.Key(stranger.UserId, stranger.UserId) } }),
            ];
            foreach (var (type, payload) in requests)
            {
                (await stranger.Ask(type, payload)).Refused("not_found");
            }
        }
    }

    [Fact]
    public async Task A_group_is_renamed_by_its_admins_and_everybody_is_told()
    {
        var (a, b) = await Two();
        var talk = await a.Group(b);

        (await b.Ask("RequestRenameConversation", new { conversationUuid = talk.Uuid, title = "mine" })).Refused("forbidden");
        (await a.Ask("RequestRenameConversation", new { conversationUuid = talk.Uuid, title = "ours" })).Done();

        Assert.Equal("ours", (await b.Notified("NotificationRenameConversation")).Payload.Text("title"));
        await b.HearEvent(talk, "Renamed");
        Assert.Equal("ours", (await b.Conversation(talk)).GetProperty("conversation").Text("title"));
    }

    [Fact]
    public async Task A_nick_in_a_conversation_is_told_listed_and_stands_on_its_owners_messages()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var said = (await b.Say(talk)).Text("uuid")!;

        (await b.Ask("UpdateMemberNick", new { conversationUuid = talk.Uuid, nickEncrypted = "bob", userId = b.UserId })).Done();
        (await b.Ask("UpdateMemberNick", new { conversationUuid = talk.Uuid, nickEncrypted = "alice", userId = a.UserId })).Refused("forbidden");

        Assert.Equal(b.UserId, (await a.Notified("ConversationNickUpdatedNotification")).Payload.Text("userId"));
        Assert.Equal("bob", (await a.Do("GetNicks", talk)).Done().GetProperty("nicks").Text(b.UserId));
        Assert.Equal("bob", (await a.Log(talk)).Single(message => message.Is("uuid", said)).Text("userNick"));
    }

    [Fact]
    public async Task A_group_is_deleted_by_an_admin_a_dialog_by_either_side_and_then_it_is_not_found()
    {
        var (a, b) = await Two();
        var group = await a.Group(b);
        (await b.Do("RequestDeleteConversation", group)).Refused("forbidden");
        var dialog = await a.Dialog(b);

        (await a.Do("RequestDeleteConversation", group)).Done();
        (await b.Do("RequestDeleteConversation", dialog)).Done();

        await b.Notified("NotificationConversationDeleted", notified => notified.Payload.Is("uuid", group.Uuid));
        await a.Notified("NotificationConversationDeleted", notified => notified.Payload.Is("uuid", dialog.Uuid));
        foreach (var phone in new[] { a, b })
        {
            (await phone.Do("RequestGetMembersList", group)).Refused("not_found");
            (await phone.Ask("RequestAddMessage", dialog.Draft())).Refused("not_found");
            Assert.Empty((await phone.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("conversations"));
        }
    }
}
