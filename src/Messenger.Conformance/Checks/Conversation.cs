using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Making, describing, renaming and deleting conversations.</summary>
internal static class ConversationChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A dialog has exactly two people both admins", ["CONV-2"], ADialogHasExactlyTwoPeopleBothAdmins),
        new("Everybody else is told that they were added and the creator is an admin", ["CONV-1", "CONV-4", "MSG-12"], EverybodyElseIsToldThatTheyWereAddedAndTheCreatorIsAnAdmin),
        new("The same uuid again gives what exists to its creator and a conflict to others", ["TRY-4"], TheSameUuidAgainGivesWhatExistsToItsCreatorAndAConflictToOthers),
        new("Who is not registered cannot be in a conversation", ["CONV-3"], WhoIsNotRegisteredCannotBeInAConversation),
        new("Uuids compare without case and are echoed as their creator spelled them", ["FMT-2"], UuidsCompareWithoutCaseAndAreEchoedAsTheirCreatorSpelledThem),
        new("A stranger gets not found for everything so that uuids cannot be probed", ["ERR-1"], AStrangerGetsNotFoundForEverythingSoThatUuidsCannotBeProbed),
        new("A group is renamed by its admins and everybody is told", ["CONV-7", "MSG-12"], AGroupIsRenamedByItsAdminsAndEverybodyIsTold),
        new("A nick in a conversation is told listed and stands on its owner's messages", ["CONV-14", "FMT-5", "FMT-6"], ANickInAConversationIsToldListedAndStandsOnItsOwnersMessages),
        new("A group is deleted by an admin a dialog by either side and then it is not found", ["CONV-13"], AGroupIsDeletedByAnAdminADialogByEitherSideAndThenItIsNotFound),
    ];

    private static async Task ADialogHasExactlyTwoPeopleBothAdmins(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var handle = await a.Dialog(b);

        var conversation = (await b.Conversation(handle)).GetProperty("conversation");

        Expect.True(conversation.Flag("isDialog"));
        Expect.Equal(new[] { a.UserId, b.UserId }.Order(), conversation.Texts("admins").Order());
        Expect.Empty(conversation.Texts("members"));
        (await a.Ask("RequestCreateConversationFull", a.Creation(isDialog: true, [b, c], []).Payload)).Refused("bad_request");
        (await a.Ask("RequestCreateConversationFull", a.Creation(isDialog: true, [], []).Payload)).Refused("bad_request");
        (await a.AddMember(handle, c)).Refused("bad_request", "forbidden");
        (await a.Kick(handle, b)).Refused("bad_request", "forbidden");
    }

    private static async Task EverybodyElseIsToldThatTheyWereAddedAndTheCreatorIsAnAdmin(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var second = await fixture.Second(a);
        var handle = await a.Create(isDialog: false, admins: [b], members: [c]);

        foreach (var phone in new[] { b, c, second })
        {
            foreach (var added in new[] { b, c })
            {
                var told = await phone.Notified("NotificationAddMemberToConversation", notified => notified.Payload.Text("userId") == added.UserId);
                var conversation = told.Payload.GetProperty("conversation");
                Expect.Equal(handle.Uuid, conversation.Text("uuid"));
                Expect.Empty(conversation.Texts("admins"));
                Expect.Empty(conversation.Texts("members"));
            }
        }

        Expect.Empty(a.Connection.Inbox.Left("NotificationAddMemberToConversation"));
        var list = (await c.Do("RequestGetMembersList", handle)).Done();
        Expect.Equal(new[] { a.UserId, b.UserId }.Order(), list.Texts("admins").Order());
        Expect.Equal([c.UserId], list.Texts("members"));
        var events = (await a.Log(handle)).Select(message => (message.Text("eventType"), message.Text("eventUserId"))).ToList();
        Expect.Equal(2, events.Count);
        Expect.Contains(("Added", b.UserId), events);
        Expect.Contains(("Added", c.UserId), events);
    }

    private static async Task TheSameUuidAgainGivesWhatExistsToItsCreatorAndAConflictToOthers(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (handle, creation) = a.Creation(isDialog: true, [b], []);
        var first = (await a.Ask("RequestCreateConversationFull", creation)).Done().GetProperty("conversation");

        var again = (await a.Ask("RequestCreateConversationFull", creation)).Done().GetProperty("conversation");

        Expect.Equal(first.Number("created"), again.Number("created"));
        Expect.Single(await a.Log(handle));
        (await b.Ask("RequestCreateConversationFull", creation)).Refused("conflict", "bad_request");
        var (_, foreign) = b.Creation(isDialog: true, [a], []);
        var json = System.Text.Json.Nodes.JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(foreign))!.AsObject();
        json["conversationUuid"] = handle.Uuid.ToUpperInvariant();
        (await b.Ask("RequestCreateConversationFull", json)).Refused("conflict");
    }

    private static async Task WhoIsNotRegisteredCannotBeInAConversation(CheckFixture fixture)
    {
        var a = await fixture.Person();
        var nobody = fixture.Unconnected();

        (await a.Ask("RequestCreateConversationFull", a.Creation(isDialog: true, [nobody], []).Payload)).Refused("not_found");
        var group = await a.Group();
        (await a.AddMember(group, nobody)).Refused("not_found");
    }

    private static async Task UuidsCompareWithoutCaseAndAreEchoedAsTheirCreatorSpelledThem(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (handle, creation) = a.Creation(isDialog: true, [b], []);
        var json = System.Text.Json.Nodes.JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(creation))!.AsObject();
        json["conversationUuid"] = handle.Uuid.ToUpperInvariant();
        json["sessionKeyUuid"] = handle.Key.ToUpperInvariant();
        (await a.Ask("RequestCreateConversationFull", json)).Done();

        var seen = await b.Conversation(handle);
        var message = await b.Say(handle);

        Expect.Equal(handle.Uuid.ToUpperInvariant(), seen.GetProperty("conversation").Text("uuid"));
        Expect.Equal(handle.Key.ToUpperInvariant(), seen.GetProperty("conversation").Text("sessionKeyUuid"));
        Expect.Equal(handle.Uuid.ToUpperInvariant(), message.Text("conversationUuid"));
    }

    private static async Task AStrangerGetsNotFoundForEverythingSoThatUuidsCannotBeProbed(CheckFixture fixture)
    {
        var (a, b, stranger) = await fixture.Three();
        var handle = await a.Group(b);
        var message = (await a.Say(handle)).Text("uuid")!;
        var nowhere = new ConversationHandle(Opaque.Uuid(), handle.Key, a.UserId);

        foreach (var place in new[] { handle, nowhere })
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
                ("RequestGetSessionKey", new { conversationUuid, sessionKeyUuid = handle.Key }),
                ("RequestGetUpdatedPublicKeys", new { conversationUuid }),
                ("RequestGetFiles", new { conversationUuid, messageUuid = message }),
                ("RequestGetFilesFast", new { conversationUuid, messageUuid = message }),
                ("AddMessageReport", new { conversationUuid, messageUuid = message, reason = "r" }),
                ("AddConversationReport", new { conversationUuid, reason = "r" }),
                ("RequestAddMember", new { conversationUuid, sessionKeyUuid = handle.Key, sessionKeyValue = Opaque.Key(stranger.UserId, stranger.UserId) }),
                ("RequestAddNewSessionKeys", new { conversationUuid, sessionKeys = new[] { Opaque.Key(stranger.UserId, stranger.UserId) } }),
            ];
            foreach (var (type, payload) in requests)
            {
                (await stranger.Ask(type, payload)).Refused("not_found");
            }
        }
    }

    private static async Task AGroupIsRenamedByItsAdminsAndEverybodyIsTold(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var handle = await a.Group(b);

        (await b.Ask("RequestRenameConversation", new { conversationUuid = handle.Uuid, title = "mine" })).Refused("forbidden");
        (await a.Ask("RequestRenameConversation", new { conversationUuid = handle.Uuid, title = "ours" })).Done();

        Expect.Equal("ours", (await b.Notified("NotificationRenameConversation")).Payload.Text("title"));
        await b.HearEvent(handle, "Renamed");
        Expect.Equal("ours", (await b.Conversation(handle)).GetProperty("conversation").Text("title"));
    }

    private static async Task ANickInAConversationIsToldListedAndStandsOnItsOwnersMessages(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var handle = await a.Dialog(b);
        var said = (await b.Say(handle)).Text("uuid")!;

        (await b.Ask("UpdateMemberNick", new { conversationUuid = handle.Uuid, nickEncrypted = "bob", userId = b.UserId })).Done();
        (await b.Ask("UpdateMemberNick", new { conversationUuid = handle.Uuid, nickEncrypted = "alice", userId = a.UserId })).Refused("forbidden");

        Expect.Equal(b.UserId, (await a.Notified("ConversationNickUpdatedNotification")).Payload.Text("userId"));
        Expect.Equal("bob", (await a.Do("GetNicks", handle)).Done().GetProperty("nicks").Text(b.UserId));
        Expect.Equal("bob", (await a.Log(handle)).Single(message => message.Is("uuid", said)).Text("userNick"));
    }

    private static async Task AGroupIsDeletedByAnAdminADialogByEitherSideAndThenItIsNotFound(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
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
            Expect.DoesNotContain((await phone.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("conversations"), item => item.Is("uuid", group.Uuid) || item.Is("uuid", dialog.Uuid));
        }
    }
}
