using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Sending, reading and deleting messages.</summary>
internal static class MessageChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A message is stored as it was sent and told the same", ["MSG-1", "MSG-2", "FMT-4", "FMT-5"], AMessageIsStoredAsItWasSentAndToldTheSame),
        new("It goes to every device but the one that sent it", ["MSG-2", "MSG-11", "NOT-4"], ItGoesToEveryDeviceButTheOneThatSentIt),
        new("The uuid of another's message is a conflict", ["TRY-3", "MSG-3"], TheUuidOfAnothersMessageIsAConflict),
        new("The session key and the message replied to must be of the conversation", ["MSG-4"], TheSessionKeyAndTheMessageRepliedToMustBeOfTheConversation),
        new("A body has at most 64 KiB", ["MSG-5", "LIM-3"], ABodyHasAtMost64KiB),
        new("A message is deleted by its author or a group's admin and its row stays", ["MSG-9"], AMessageIsDeletedByItsAuthorOrAGroupsAdminAndItsRowStays),
        new("Many messages are deleted all or none", ["MSG-9", "ERR-2"], ManyMessagesAreDeletedAllOrNone),
        new("Typing reaches the others without a cursor and is never replayed", ["MSG-10", "ENV-6"], TypingReachesTheOthersWithoutACursorAndIsNeverReplayed),
        new("A reported message becomes objectionable and everybody is told", ["REP-1", "REP-2"], AReportedMessageBecomesObjectionableAndEverybodyIsTold),
        new("A body needs an iv and a message without body has files", ["MSG-5"], ABodyNeedsAnIvAndAMessageWithoutBodyFiles),
        new("Events cannot be deleted and tell who did it", ["MSG-9", "MSG-12"], EventsCannotBeDeletedAndTellWhoDidIt),
    ];

    private static async Task AMessageIsStoredAsItWasSentAndToldTheSame(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);

        var stored = await a.Say(conversation, body: "V+Srn1w=");
        var heard = await b.Hear(stored.Text("uuid")!);

        Expect.Equal(stored.GetRawText(), heard.GetRawText());
        Expect.Equal("V+Srn1w=", stored.Text("bodyEncryptedBase64"));
        Expect.False(stored.Flag("readed"));
        Expect.Equal((2, 1, 1), (stored.Number("members"), stored.Number("readedMembers"), stored.Number("deliveredMembers")));
        Expect.True((await a.Log(conversation)).Single(message => message.Is("uuid", stored.Text("uuid")!)).Flag("readed"));
        Expect.False((await b.Log(conversation)).Single(message => message.Is("uuid", stored.Text("uuid")!)).Flag("readed"));
    }

    private static async Task ItGoesToEveryDeviceButTheOneThatSentIt(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (a2, b2) = (await fixture.Second(a), await fixture.Second(b));
        var conversation = await a.Dialog(b);

        var uuid = (await a.Say(conversation)).Text("uuid")!;
        var next = (await b.Say(conversation)).Text("uuid")!;

        foreach (var phone in new[] { b, b2, a2 })
        {
            await phone.Hear(uuid);
        }

        await a.Hear(next);
        Expect.DoesNotContain(a.Connection.Inbox.Left(ConversationSteps.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", uuid));
    }

    private static async Task TheUuidOfAnothersMessageIsAConflict(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var uuid = (await a.Say(conversation)).Text("uuid")!;

        (await b.Ask("RequestAddMessage", conversation.Draft(uuid.ToUpperInvariant()))).Refused("conflict");
    }

    private static async Task TheSessionKeyAndTheMessageRepliedToMustBeOfTheConversation(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, other) = (await a.Dialog(b), await a.Group(b));
        var (here, there) = ((await a.Say(conversation)).Text("uuid")!, (await a.Say(other)).Text("uuid")!);

        (await a.Ask("RequestAddMessage", conversation.Draft(key: other.Key))).Refused("bad_request");
        (await a.Ask("RequestAddMessage", conversation.Draft(reply: there))).Refused("bad_request");
        Expect.Equal(here, (await a.Say(conversation, reply: here)).Text("replyMessageUuid"));
    }

    private static async Task ABodyHasAtMost64KiB(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);

        await b.Hear((await a.Say(conversation, body: Opaque.Base64(64 * 1024))).Text("uuid")!);
        (await a.Ask("RequestAddMessage", conversation.Draft(body: Opaque.Base64((64 * 1024) + 1)))).Refused("bad_request");
    }

    private static async Task AMessageIsDeletedByItsAuthorOrAGroupsAdminAndItsRowStays(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b, c);
        var (first, second) = ((await b.Say(conversation)).Text("uuid")!, (await b.Say(conversation)).Text("uuid")!);

        (await c.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = first })).Refused("forbidden");
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = first })).Done();
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = second })).Done();

        var told = await c.Notified("DeleteMessageNotification", notified => notified.Payload.Is("messageUuid", second));
        Expect.Equal(a.UserId, told.Payload.Text("userId"));
        foreach (var row in (await c.Log(conversation)).Where(message => !message.Flag("isEvent")))
        {
            Expect.True(row.Flag("deleted") && row.IsNull("bodyEncryptedBase64") && row.IsNull("ivBase64"));
        }
    }

    private static async Task ManyMessagesAreDeletedAllOrNone(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var (mine, theirs) = ((await b.Say(conversation)).Text("uuid")!, (await a.Say(conversation)).Text("uuid")!);

        (await b.Ask("RequestDeleteMessages", new { conversationUuid = conversation.Uuid, uuids = new[] { mine, theirs } })).Refused("forbidden");
        (await b.Ask("RequestDeleteMessages", new { conversationUuid = conversation.Uuid, uuids = new[] { mine, Opaque.Uuid() } })).Refused("not_found");
        Expect.DoesNotContain(await a.Log(conversation), message => message.Flag("deleted"));

        (await a.Ask("RequestDeleteMessages", new { conversationUuid = conversation.Uuid, uuids = new[] { mine, theirs } })).Done();
        Expect.Equal(2, (await a.Log(conversation)).Count(message => message.Flag("deleted")));
    }

    private static async Task TypingReachesTheOthersWithoutACursorAndIsNeverReplayed(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);

        (await a.Do("RequestTyping", conversation)).Done();
        (await a.Do("RequestTyping", conversation)).Done();

        var told = await b.Notified("NotificationTyping");
        Expect.Equal((conversation.Uuid, a.UserId), (told.Payload.Text("conversationUuid"), told.Payload.Text("userId")));
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        Expect.Empty(b.Connection.Inbox.Left("NotificationTyping"));
        await b.Connection.Cut();
        var uuid = (await a.Say(conversation)).Text("uuid")!;
        await b.Return(fixture.Url);
        await b.Hear(uuid);
        Expect.Empty(b.Connection.Inbox.Left("NotificationTyping"));
    }

    private static async Task AReportedMessageBecomesObjectionableAndEverybodyIsTold(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b, c);
        var uuid = (await a.Say(conversation)).Text("uuid")!;

        (await b.Ask("AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = uuid, reason = "Spam" })).Done();
        (await b.Ask("AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = uuid, reason = "Spam" })).Done();

        await a.Notified("UpdatedMessageNotification", notified => notified.Payload.Is("uuid", uuid) && notified.Payload.Flag("objectionable"));
        Expect.True((await c.Log(conversation)).Single(message => message.Is("uuid", uuid)).Flag("objectionable"));
        (await b.Ask("AddUserReport", new { reason = "Spam", userId = a.UserId })).Done();
        (await b.Ask("AddConversationReport", new { conversationUuid = conversation.Uuid, reason = "Spam" })).Done();
    }

    private static async Task ABodyNeedsAnIvAndAMessageWithoutBodyFiles(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);

        (await a.Ask("RequestAddMessage", Message(body: null, iv: null, hasFiles: false))).Refused("bad_request");
        (await a.Ask("RequestAddMessage", Message(body: "AAAA", iv: null, hasFiles: false))).Refused("bad_request");
        (await a.Ask("RequestAddMessage", Message(body: null, iv: null, hasFiles: true))).Done();

        object Message(string? body, string? iv, bool hasFiles) => new
        {
            bodyEncryptedBase64 = body,
            conversationUuid = conversation.Uuid,
            hasFiles,
            ivBase64 = iv,
            messageUuid = Opaque.Uuid(),
            sessionKeyUuid = conversation.Key,
        };
    }

    private static async Task EventsCannotBeDeletedAndTellWhoDidIt(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);

        var added = Expect.Single(await a.Log(conversation), message => message.Text("eventType") == "Added");

        Expect.True(added.Flag("isEvent"));
        Expect.Equal((a.UserId, b.UserId), (added.Text("userId"), added.Text("eventUserId")));
        Expect.True(added.IsNull("bodyEncryptedBase64") && added.IsNull("ivBase64"));
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = added.Text("uuid") })).Refused("forbidden");
    }
}
