using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Session keys: each member's own copy, re-keying, and whose public keys changed since.</summary>
internal static class SessionKeyChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Each member gets the copy that was wrapped for them", ["KEY-1", "CONV-1", "CONV-6"], EachMemberGetsTheCopyThatWasWrappedForThem),
        new("Re-keying makes a new current key and the older stays readable", ["KEY-2", "KEY-3", "KEY-4", "CONV-6", "MSG-12"], ReKeyingMakesANewCurrentKeyAndTheOlderStaysReadable),
        new("Re-keying for who is no member is a bad request and changes nothing", ["KEY-3", "ERR-2"], ReKeyingForWhoIsNoMemberIsABadRequestAndChangesNothing),
        new("Any member may re-key and a key that leaves somebody out does not become current", ["KEY-3", "KEY-7"], AnyMemberMayReKeyForEveryone),
        new("Nobody signs a key for somebody else, and the maker's signature may be handed on", ["KEY-8", "ERR-2"], NobodySignsForSomebodyElse),
        new("Public keys that changed since the current key are told until it is replaced", ["KEY-5", "SYNC-6"], PublicKeysThatChangedSinceTheCurrentKeyAreToldUntilItIsReplaced),
    ];

    private static async Task EachMemberGetsTheCopyThatWasWrappedForThem(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);

        var mine = await Key(a, conversation, conversation.Key);
        var theirs = await Key(b, conversation, conversation.Key);

        Expect.Equal((a.UserId, b.UserId), (mine.Text("userId"), theirs.Text("userId")));
        Expect.NotEqual(mine.Text("keyEncryptedBase64"), theirs.Text("keyEncryptedBase64"));
        Expect.Equal(mine.Text("signatureBase64"), theirs.Text("signatureBase64"));
        Expect.Equal(a.UserId, theirs.Text("signerUserId"));
        Expect.Equal(theirs.Text("keyEncryptedBase64"), (await b.Conversation(conversation)).GetProperty("sessionKey").Text("keyEncryptedBase64"));
    }

    private static async Task ReKeyingMakesANewCurrentKeyAndTheOlderStaysReadable(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b, c);
        var forMe = Opaque.Key(a.UserId, a.UserId);

        var uuid = (await a.Ask("RequestAddNewSessionKeys", new
        {
            conversationUuid = conversation.Uuid,
            sessionKeys = new[] { forMe, Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId), Opaque.Key(a.UserId, c.UserId) },
        })).Done().Text("sessionKeyUuid")!;

        var told = (await b.Notified("NotificationNewSessionKey")).Payload.GetProperty("sessionKey");
        Expect.Equal((uuid, b.UserId), (told.Text("uuid"), told.Text("userId")));
        await c.HearEvent(conversation, "SessionKeyRegenerated");
        Expect.Equal(c.UserId, (await c.Notified("NotificationNewSessionKey")).Payload.GetProperty("sessionKey").Text("userId"));
        Expect.Equal(uuid, (await c.Conversation(conversation)).GetProperty("conversation").Text("sessionKeyUuid"));
        Expect.Equal(uuid, (await c.Conversation(conversation)).GetProperty("sessionKey").Text("uuid"));
        Expect.Equal(conversation.Key, (await Key(c, conversation, conversation.Key)).Text("uuid"));
        (await c.Ask("RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid = Opaque.Uuid() })).Refused("not_found");
        var first = System.Text.Json.JsonSerializer.SerializeToElement(forMe);
        Expect.Equal(first.Text("keyEncryptedBase64"), (await Key(a, conversation, uuid)).Text("keyEncryptedBase64"));
    }

    private static async Task ReKeyingForWhoIsNoMemberIsABadRequestAndChangesNothing(CheckFixture fixture)
    {
        var (a, b, stranger) = await fixture.Three();
        var conversation = await a.Group(b);

        (await b.Ask("RequestAddNewSessionKeys", new
        {
            conversationUuid = conversation.Uuid,
            sessionKeys = new[] { Opaque.Key(b.UserId, b.UserId), Opaque.Key(b.UserId, stranger.UserId) },
        })).Refused("bad_request");

        Expect.Equal(conversation.Key, (await a.Conversation(conversation)).GetProperty("conversation").Text("sessionKeyUuid"));
    }

    private static async Task AnyMemberMayReKeyForEveryone(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b, c);
        object[] keys = [Opaque.Key(b.UserId, b.UserId), Opaque.Key(b.UserId, a.UserId), Opaque.Key(b.UserId, c.UserId)];
        foreach (var count in new[] { 1, 2 })
        {
            (await b.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = keys[..count] })).Refused("conflict");
        }

        Expect.Equal(conversation.Key, (await c.Conversation(conversation)).GetProperty("conversation").Text("sessionKeyUuid"));
        var made = (await b.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = keys })).Done().Text("sessionKeyUuid");
        Expect.Equal(made, (await c.Conversation(conversation)).GetProperty("conversation").Text("sessionKeyUuid"));
    }

    private static async Task NobodySignsForSomebodyElse(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Create(isDialog: false, admins: [b], members: []);
        (await b.Ask("RequestAddNewSessionKeys", new
        {
            conversationUuid = conversation.Uuid,
            sessionKeys = new[] { Opaque.Key(b.UserId, b.UserId), Opaque.Key(a.UserId, a.UserId) },
        })).Refused("forbidden");
        Expect.Equal(conversation.Key, (await b.Conversation(conversation)).GetProperty("conversation").Text("sessionKeyUuid"));

        // Who made the key, and not who only has it: not even the one who is added.
        (await a.Ask("RequestAddMember", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key, sessionKeyValue = Opaque.Key(b.UserId, c.UserId) })).Refused("forbidden");
        (await b.Ask("RequestAddAdmin", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key, sessionKeyValue = Opaque.Key(c.UserId, c.UserId) })).Refused("forbidden");
        (await b.Ask("RequestAddMember", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key, sessionKeyValue = Opaque.Key(a.UserId, c.UserId) })).Done();
        Expect.Equal(a.UserId, (await Key(c, conversation, conversation.Key)).Text("signerUserId"));
    }

    private static async Task PublicKeysThatChangedSinceTheCurrentKeyAreToldUntilItIsReplaced(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        Expect.Empty((await a.Do("RequestGetUpdatedPublicKeys", conversation)).Done().GetProperty("publicKeys").EnumerateObject());

        await b.AddKeys();
        await a.Notified("NotificationNewPublicKey");

        var key = (await a.Do("RequestGetUpdatedPublicKeys", conversation)).Done().GetProperty("publicKeys").EnumerateObject().Single();
        Expect.Equal(b.UserId, key.Name);
        (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) } })).Done();
        Expect.Empty((await a.Do("RequestGetUpdatedPublicKeys", conversation)).Done().GetProperty("publicKeys").EnumerateObject());
    }

    private static async Task<System.Text.Json.JsonElement> Key(Phone phone, ConversationHandle conversation, string sessionKeyUuid) =>
        (await phone.Ask("RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid })).Done().GetProperty("sessionKey");
}
