using System.Text.Json;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>To whom somebody shows when they were here last, and what the server reads among the parameters.</summary>
internal static class LastSeenChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Last seen is shown to contacts and in accepted conversations", ["PRO-7"], ToContactsAndInAcceptedConversations),
        new("Last seen is shown as each wishes", ["PRO-7", "PRO-8"], AsEachWishes),
        new("Reserved parameters take their own values only", ["PRO-8", "CON-3"], ReservedParameters),
    ];

    private static async Task ToContactsAndInAcceptedConversations(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        await Hides(b, from: a, "from a stranger");
        await Know(b, a);
        await Shows(b, to: a, "to a contact");
        await Hides(a, from: b, "from who is no contact of theirs");

        // Cid made it: so he accepted it, and they have not yet.
        var group = await c.Group(b);
        await Shows(c, to: b, "in what one made oneself");
        await Hides(b, from: c, "in what one did not accept");
        await b.Say(group);
        await Shows(b, to: c, "in what one wrote in");
        (await b.Ask("AddBlackList", new { userId = c.UserId })).Done();
        await Hides(b, from: c, "from who is blacklisted");
        (await b.Ask("RemoveBlackList", new { userId = c.UserId })).Done();
        (await c.Ask("RequestDeleteConversation", new { conversationUuid = group.Uuid })).Done();
        await Hides(b, from: c, "by what is gone");
    }

    private static async Task AsEachWishes(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Newcomer(), await fixture.Newcomer());
        await a.Say(await b.Group(a));
        await Shows(a, to: b, "in what one wrote in");
        await Wish(a, "contacts");
        await Hides(a, from: b, "from all but contacts");
        await Know(a, b);
        await Shows(a, to: b, "to a contact");
        await Wish(a, "nobody");
        await Hides(a, from: b, "from everybody");
        await Hides(b, from: a, "from who hides");
        await Wish(a, "everyone");
        await Shows(a, to: b, "again");
        await Shows(b, to: a, "to who does not hide any more");
    }

    private static async Task ReservedParameters(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Newcomer(), await fixture.Person());
        (await Set(a, "privacy.lastSeen", "somebody")).Refused("bad_request");
        (await Set(a, "privacy.discoverable", "perhaps")).Refused("bad_request");
        (await Set(a, "privacy.anything", "true")).Refused("bad_request");
        async Task<bool> Found() =>
            (await b.Ask("RequestGetRegisteredUsers", new { checkUserList = new[] { a.UserId } })).Done().Texts("users").Contains(a.UserId);

        (await Set(a, "discoverable", "false")).Done();
        Expect.False(await Found(), "the first edition's name is read on");
        (await Set(a, "privacy.discoverable", "true")).Done();
        Expect.True(await Found(), "the newer name counts where both are set");
        (await Set(a, "privacy.discoverable", "false")).Done();
        (await Set(a, "discoverable", "true")).Done();
        Expect.False(await Found(), "the newer name counts where both are set");
    }

    private static Task<Response> Set(Phone phone, string name, string value) => phone.Ask("UpdateParam", new { name, value });

    private static async Task Wish(Phone phone, string value) => (await Set(phone, "privacy.lastSeen", value)).Done();

    private static async Task Know(Phone phone, Phone other) => (await phone.Ask("UpdateContact", new
    {
        userId = phone.UserId,
        contact = new { contactId = other.UserId, idEncrypted = Opaque.Base64(9), nickEncrypted = Opaque.Base64(9), fingerprintEncrypted = Opaque.Base64(9) },
    })).Done();

    private static async Task Hides(Phone shown, Phone from, string whom)
    {
        foreach (var seen in await Seen(shown, from))
        {
            Expect.Equal(seen.Number("created"), seen.Number("lastLogin"), $"lastLogin is not hidden {whom}");
            Expect.Equal(seen.Number("created"), seen.Number("keysUpdated"), $"keysUpdated is not hidden {whom}");
        }
    }

    private static async Task Shows(Phone shown, Phone to, string whom)
    {
        var own = (await shown.Ask("RequestGetUserInfo", new { userId = shown.UserId })).Done().GetProperty("user");
        Expect.True(own.Number("keysUpdated") > own.Number("created"), "the keys were added after the account was made");
        foreach (var seen in await Seen(shown, to))
        {
            Expect.Equal(own.Number("keysUpdated"), seen.Number("keysUpdated"), $"keysUpdated is not shown {whom}");
        }
    }

    /// <summary>Wherever one person is told of another.</summary>
    private static async Task<IReadOnlyList<JsonElement>> Seen(Phone shown, Phone by)
    {
        var alone = (await by.Ask("RequestGetUserInfo", new { userId = shown.UserId })).Done().GetProperty("user");
        var many = (await by.Ask("RequestGetUserInfoMulti", new { userIds = new[] { by.UserId, shown.UserId } })).Done().Items("users")[1];
        var listed = (await by.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("members");
        return [alone, many, .. listed.Where(member => member.Text("userId") == shown.UserId)];
    }
}
