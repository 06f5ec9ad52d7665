using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Two people have one open dialog, and one that was left is closed.</summary>
internal static class DialogChecks
{
    private const string Create = "RequestCreateConversationFull";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("Two people have one open dialog, also when both create one at once", ["DLG-1"], OneOpenDialog),
        new("A refused dialog tells least of whom the asker knows least", ["DLG-2"], RefusalsComeInOrder),
        new("A dialog in which one person is left is closed", ["DLG-3"], OneThatWasLeftIsClosed),
        new("A conversation is accepted by writing in it, or where a contact made it", ["DLG-5"], AcceptedByWritingOrByAContact),
        new("Who registers again is a stranger in an old dialog", ["DLG-4", "DLG-3", "DLG-1"], WhoRegistersAgainIsAStranger),
    ];

    private static async Task OneOpenDialog(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person("errors"), await fixture.Person());
        var attempts = new[]
        {
            (Phone: a, Body: a.Creation(isDialog: true, [b], [])), (Phone: b, Body: b.Creation(isDialog: true, [a], [])),
        };
        var answers = await Task.WhenAll(attempts.Select(attempt => attempt.Phone.Ask(Create, attempt.Body.Payload)));
        var made = Array.FindIndex(answers, answer => answer.Status is null);
        Expect.True(made >= 0, "one of two has made it");
        answers[1 - made].Refused("conflict");
        var uuid = answers[made].Payload.GetProperty("conversation").Text("uuid")!;
        var said = answers[1 - made].Description!;
        Expect.True(said.Contains(uuid, StringComparison.OrdinalIgnoreCase), $"the refusal names {uuid}: {said}");

        // Both sides, once it is there; and the creator's repeat is no second one.
        var again = await a.Ask(Create, a.Creation(isDialog: true, [b], []).Payload);
        again.Refused("conflict");
        Expect.Equal(uuid, again.Payload.Text("conversationUuid"));
        (await b.Ask(Create, b.Creation(isDialog: true, [a], []).Payload)).Refused("conflict");
        (await attempts[made].Phone.Ask(Create, attempts[made].Body.Payload)).Done();

        (await a.Ask("RequestDeleteConversation", new { conversationUuid = uuid })).Done();
        (await b.Ask(Create, b.Creation(isDialog: true, [a], []).Payload)).Done();
    }

    private static async Task RefusalsComeInOrder(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        await a.Dialog(b);
        (await b.Ask("AddBlackList", new { userId = a.UserId })).Done();
        (await a.Ask(Create, a.Creation(isDialog: true, [b, c], []).Payload)).Refused("bad_request");
        (await a.Ask(Create, a.Creation(isDialog: true, [b], []).Payload)).Refused("forbidden");
        (await b.Ask("RemoveBlackList", new { userId = a.UserId })).Done();
        (await a.Ask(Create, a.Creation(isDialog: true, [b], []).Payload)).Refused("conflict");
        var nobody = fixture.Unconnected();
        (await a.Ask(Create, a.Creation(isDialog: true, [nobody], []).Payload)).Refused("not_found");
    }

    private static async Task OneThatWasLeftIsClosed(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var dialog = await a.Dialog(b);
        var (mine, its) = ((await a.Say(dialog)).Text("uuid"), (await b.Say(dialog)).Text("uuid"));
        (await b.Ask("RequestLeaveConversation", new { conversationUuid = dialog.Uuid })).Done();
        await a.Notified("NotificationConversationLeaved");

        var seen = (await a.Ask("RequestGetConversationFull", new { conversationUuid = dialog.Uuid })).Done().GetProperty("conversation");
        Expect.True(seen.Flag("blocked"), "a closed dialog is blocked");
        var listed = (await a.Ask("RequestGetConversationsFull", new { })).Done().Items("conversations").Single(one => one.Is("uuid", dialog.Uuid));
        Expect.True(listed.Flag("blocked"), "a closed dialog is blocked in the list");
        (await a.Ask("RequestAddMessage", dialog.Draft())).Refused("forbidden");
        (await a.Ask("RequestRenameConversation", new { conversationUuid = dialog.Uuid, title = "t" })).Refused("forbidden");
        (await a.Ask("UpdateMemberNick", new { conversationUuid = dialog.Uuid, nickEncrypted = Opaque.Base64(9) })).Refused("forbidden");
        object[] keys = [Opaque.Key(a.UserId, a.UserId)];
        (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = dialog.Uuid, sessionKeys = keys })).Refused("forbidden");
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = dialog.Uuid, uuid = its })).Refused("forbidden");

        (await a.Ask("RequestGetMessages", new { conversationUuid = dialog.Uuid, size = 10 })).Done();
        (await a.Ask("RequestMessagesReaded", new { conversationUuid = dialog.Uuid, messageUuids = new[] { its } })).Done();
        (await a.Ask("AddMessageReport", new { conversationUuid = dialog.Uuid, messageUuid = its, reason = "Spam" })).Done();
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = dialog.Uuid, uuid = mine })).Done();
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = dialog.Uuid, uuid = its })).Done();

        // A new one may be made beside it, and who is left may delete the old one.
        await b.Dialog(a);
        (await a.Ask("RequestDeleteConversation", new { conversationUuid = dialog.Uuid })).Done();
        (await a.Ask("RequestGetMessages", new { conversationUuid = dialog.Uuid, size = 10 })).Refused("not_found");
    }

    private static async Task WhoRegistersAgainIsAStranger(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(), await fixture.Newcomer());
        var old = await a.Dialog(b);
        (await b.Ask("UpdateMemberNick", new { conversationUuid = old.Uuid, nickEncrypted = "theirs" })).Done();
        var its = (await b.Say(old)).Text("uuid");
        (await b.Ask("RequestDeleteUser", new { openUserId = b.Account.OpenUserId })).Done();
        (await b.Ask("RequestDeleteUserConfirmation", new { code = await b.Code() })).Done();
        await b.Connection.Closing();

        var next = await fixture.Newcomer(b.Account);

        var seen = (await a.Ask("RequestGetConversationFull", new { conversationUuid = old.Uuid })).Done().GetProperty("conversation");
        Expect.True(seen.Flag("blocked"), "whose account is gone has left the dialog");
        Expect.Equal([a.UserId], seen.Texts("admins"));
        Expect.Empty(seen.Texts("members"));
        var nicks = (await a.Ask("GetNicks", new { conversationUuid = old.Uuid })).Done().GetProperty("nicks");
        Expect.True(!nicks.TryGetProperty(next.UserId, out _), "the nick went with the account");
        Expect.Null((await a.Log(old)).Single(message => message.Text("uuid") == its).Text("userNick"));
        var keys = (await a.Ask("RequestGetUpdatedPublicKeys", new { conversationUuid = old.Uuid })).Done().GetProperty("publicKeys");
        Expect.True(!keys.TryGetProperty(next.UserId, out _), "a stranger's key is none of this dialog");
        (await next.Ask("RequestGetMessages", new { conversationUuid = old.Uuid, size = 10 })).Refused("not_found");
        (await next.Ask("RequestDeleteMessage", new { conversationUuid = old.Uuid, uuid = its })).Refused("not_found");
        (await a.Ask("RequestAddMessage", old.Draft())).Refused("forbidden");

        var beside = await next.Dialog(a);
        Expect.Equal(beside.Uuid, await Refusal(fixture, a, next));
    }

    private static async Task AcceptedByWritingOrByAContact(CheckFixture fixture)
    {
        var (a, b, stranger) = (await fixture.Person("sync"), await fixture.Person(), await fixture.Person());
        (await a.Ask("UpdateContact", new { userId = a.UserId, contact = Known(b.UserId) })).Done();
        var (own, known, planted, written) = (await a.Group(stranger), await b.Group(a), await stranger.Group(a, b), await stranger.Group(a));
        await a.Say(written);
        var passes = new Passes();
        await passes.Run(a);
        bool Accepted(ConversationHandle conversation) => passes.Conversations[conversation.Uuid].Flag("accepted");
        Expect.True(Accepted(own), "one's own conversation is accepted");
        Expect.True(Accepted(known), "what a contact made is accepted");
        Expect.True(Accepted(written), "where somebody wrote is accepted");
        Expect.False(Accepted(planted), "what a stranger made is not accepted");

        // By a contact of later it is, and is told as a change; and stays so.
        (await a.Ask("UpdateContact", new { userId = a.UserId, contact = Known(stranger.UserId) })).Done();
        await passes.Run(a);
        Expect.True(Accepted(planted), "what a contact made is accepted, from then on");
        (await a.Ask("RequestUpdateContactList", new { contactList = Array.Empty<object>(), merge = false })).Done();
        passes.Token = null;
        await passes.Run(a);
        Expect.True(Accepted(planted), "accepted once is accepted");
    }

    private static object Known(string contactId) =>
        new { contactId, idEncrypted = Opaque.Base64(9), nickEncrypted = Opaque.Base64(9), fingerprintEncrypted = Opaque.Base64(9) };

    /// <summary>Which dialog the refusal of another one names, to a session that named <c>errors</c>.</summary>
    private static async Task<string?> Refusal(CheckFixture fixture, Phone one, Phone other)
    {
        await fixture.Name(one, "errors");
        var again = await one.Ask(Create, one.Creation(isDialog: true, [other], []).Payload);
        again.Refused("conflict");
        return again.Payload.Text("conversationUuid");
    }
}
