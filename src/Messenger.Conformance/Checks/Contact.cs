using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Contacts, discovery, and the blacklist.</summary>
internal static class ContactChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A contact list is replaced or merged", ["CON-1"], AContactListIsReplacedOrMerged),
        new("One contact is upserted and the other devices are told", ["CON-2", "NOT-4"], OneContactIsUpsertedAndTheOtherDevicesAreTold),
        new("Contacts of another are forbidden", ["FMT-6"], ContactsOfAnotherAreForbidden),
        new("Registered users come in the order of first occurrence each once", ["CON-3"], RegisteredUsersComeInTheOrderOfFirstOccurrenceEachOnce),
        new("Who is blacklisted cannot write in the dialog nor make one nor add the actor", ["CON-4", "CON-6", "CON-7", "MSG-6", "PRO-5", "CONV-3"], WhoIsBlacklistedCannotWriteInTheDialogNorMakeOneNorAddTheActor),
        new("In a group the messages of a blacklisted member still flow", ["CON-5"], InAGroupTheMessagesOfABlacklistedMemberStillFlow),
    ];

    private static async Task AContactListIsReplacedOrMerged(CheckFixture fixture)
    {
        var a = await fixture.Person();
        var (one, two, three) = (Contact("1"), Contact("2"), Contact("3"));
        await Update(a, false, one, two);
        await Update(a, true, two with { nickEncrypted = "changed" }, three);
        Expect.Equal(["1:n", "2:changed", "3:n"], await Listed(a));

        await Update(a, false, three);
        Expect.Equal(["3:n"], await Listed(a));
    }

    private static async Task OneContactIsUpsertedAndTheOtherDevicesAreTold(CheckFixture fixture)
    {
        var a = await fixture.Person();
        var second = await fixture.Second(a);
        var contact = Contact("1");

        (await a.Ask("UpdateContact", new { contact, userId = a.UserId })).Done();

        var told = await second.Notified("UpdateContactNotification");
        Expect.Equal((a.UserId, contact.contactId), (told.Payload.Text("userId"), told.Payload.Text("contactId")));
        Expect.Equal(["1:n"], await Listed(second));
        Expect.Empty(a.Connection.Inbox.Left("UpdateContactNotification"));
    }

    private static async Task ContactsOfAnotherAreForbidden(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();

        (await a.Ask("RequestGetContactList", new { userId = b.UserId })).Refused("forbidden");
        (await a.Ask("UpdateContact", new { contact = Contact("1"), userId = b.UserId })).Refused("forbidden");
        (await a.Ask("GetBlackList", new { userId = b.UserId })).Refused("forbidden");
    }

    private static async Task RegisteredUsersComeInTheOrderOfFirstOccurrenceEachOnce(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        string[] asked = [fixture.Nobody().UserId, c.UserId, b.UserId, c.UserId, fixture.Nobody().UserId, a.UserId];

        var users = (await a.Ask("RequestGetRegisteredUsers", new { checkUserList = asked })).Done().Texts("users");

        Expect.Equal([c.UserId, b.UserId, a.UserId], users);
        (await a.Ask("RequestGetRegisteredUsers", new { checkUserList = Enumerable.Repeat(a.UserId, 1001) })).Refused("bad_request");
    }

    private static async Task WhoIsBlacklistedCannotWriteInTheDialogNorMakeOneNorAddTheActor(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var dialog = await a.Dialog(b);
        var (theirs, own) = ((await a.Say(dialog)).Text("uuid")!, (await b.Say(dialog)).Text("uuid")!);

        await Black(a, "AddBlackList", b);
        await Black(a, "AddBlackList", b);

        Expect.Equal([b.UserId], (await a.Ask("GetBlackList", new { userId = (string?)null })).Done().Texts("users"));
        (await b.Ask("RequestAddMessage", dialog.Draft())).Refused("forbidden");
        (await b.Ask("RequestCreateConversationFull", b.Creation(isDialog: true, [a], []).Payload)).Refused("forbidden");
        (await b.Ask("RequestCreateConversationFull", b.Creation(isDialog: false, [], [a]).Payload)).Refused("forbidden");
        var group = await b.Group();
        (await b.AddMember(group, a)).Refused("forbidden");
        foreach (var (type, payload) in new (string, object)[]
        {
            ("UpdateMemberNick", new { conversationUuid = dialog.Uuid, nickEncrypted = "n" }),
            ("RequestRenameConversation", new { conversationUuid = dialog.Uuid, title = "t" }),
            ("RequestAddNewSessionKeys", new { conversationUuid = dialog.Uuid, sessionKeys = new[] { Opaque.Key(b.UserId, a.UserId), Opaque.Key(b.UserId, b.UserId) } }),
            ("RequestDeleteMessage", new { conversationUuid = dialog.Uuid, uuid = theirs }),
            ("RequestDeleteConversation", new { conversationUuid = dialog.Uuid }),
        })
        {
            (await b.Ask(type, payload)).Refused("forbidden");
        }

        // What stays: to read, to say so, to report, to delete what is one's own. Typing is taken and told to nobody.
        (await b.Do("RequestTyping", dialog)).Done();
        (await b.Read(dialog, theirs)).Done();
        (await b.Ask("AddMessageReport", new { conversationUuid = dialog.Uuid, messageUuid = theirs, reason = "r" })).Done();
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = dialog.Uuid, uuid = own })).Done();
        await a.Notified("DeleteMessageNotification");
        Expect.Empty(a.Connection.Inbox.Left("NotificationTyping"));
        Expect.True((await a.Conversation(dialog)).GetProperty("conversation").Flag("blocked"));
        Expect.True((await b.Conversation(dialog)).GetProperty("conversation").Flag("blocked"));
        Expect.True((await a.Ask("RequestGetUserInfo", new { userId = b.UserId })).Done().GetProperty("user").Flag("blocked"));
        Expect.False((await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").Flag("blocked"));

        await Black(a, "RemoveBlackList", b);
        await Black(a, "RemoveBlackList", b);
        await a.Hear((await b.Say(dialog)).Text("uuid")!);
        Expect.False((await b.Conversation(dialog)).GetProperty("conversation").Flag("blocked"));
    }

    private static async Task InAGroupTheMessagesOfABlacklistedMemberStillFlow(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var group = await c.Group(a, b);
        await Black(a, "AddBlackList", b);

        await a.Hear((await b.Say(group)).Text("uuid")!);
    }

    private static Contacts Contact(string name) => new(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))), name, "n", null);

    private static async Task Update(Phone phone, bool merge, params Contacts[] contactList) =>
        (await phone.Ask("RequestUpdateContactList", new { contactList, merge })).Done();

    private static async Task<IEnumerable<string>> Listed(Phone phone) =>
        (await phone.Ask("RequestGetContactList", new { userId = phone.UserId })).Done().Items("users")
            .Select(item => $"{item.Text("contactIdEncrypted")}:{item.Text("nickEncrypted")}").Order(StringComparer.Ordinal);

    private static async Task Black(Phone phone, string type, Phone whom) => (await phone.Ask(type, new { userId = whom.UserId })).Done();

#pragma warning disable IDE1006, SA1300 // The names of the wire.
    private sealed record Contacts(string contactId, string contactIdEncrypted, string? nickEncrypted, string? trustedFingerprintEncrypted);
#pragma warning restore IDE1006, SA1300
}
