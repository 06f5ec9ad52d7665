using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>One's own devices hear what another one changed.</summary>
internal static class AccountChecks
{
    private const string Account = "account";
    private const string Changed = "NotificationAccountChanged";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("One's other devices hear which section another one changed", ["ACC-1", "EXT-1"], TheOtherDevicesHear),
        new("A device that was away hears of it when it is back", ["ACC-2"], WhoWasAwayHears),
    ];

    private static async Task TheOtherDevicesHear(CheckFixture fixture)
    {
        var first = await fixture.Person(Account);
        var (second, plain) = (await fixture.Second(first), await fixture.Second(first));
        await fixture.Name(second, Account);
        var friend = await fixture.Person();
        foreach (var (section, type, payload) in new (string, string, object)[]
        {
            ("params", "UpdateParam", new { name = "n", value = Opaque.Base64(9) }),
            ("contacts", "UpdateContact", new { contact = new { contactId = friend.UserId }, userId = (string?)null }),
            ("contacts", "RequestUpdateContactList", new { contactList = new[] { new { contactId = friend.UserId } }, merge = true }),
            ("nick", "RequestUpdateUserNick", new { nick = Opaque.Base64(9) }),
            ("blacklist", "AddBlackList", new { userId = friend.UserId }),
            ("blacklist", "RemoveBlackList", new { userId = friend.UserId }),
        })
        {
            (await first.Ask(type, payload)).Done();
            Expect.Equal([section], (await second.Notified(Changed)).Payload.Texts("what"));
        }

        await first.AddKeys();
        Expect.Equal(["keys"], (await second.Notified(Changed)).Payload.Texts("what"));

        // The one that did it has its answer, and who named nothing hears nothing: a frame of this type would have broken its line.
        (await first.Ask("RequestPing", new { when = 1 })).Done();
        Expect.Empty(first.Connection.Inbox.Left(Changed));
        (await plain.Ask("RequestPing", new { when = 1 })).Done();
    }

    private static async Task WhoWasAwayHears(CheckFixture fixture)
    {
        var first = await fixture.Person(Account);
        var second = await fixture.Second(first);
        await fixture.Name(second, Account);
        (await first.Ask("UpdateParam", new { name = "n", value = Opaque.Base64(9) })).Done();
        await second.Notified(Changed);
        var cursor = second.LastCursor();
        await second.Connection.Cut();
        (await first.Ask("RequestUpdateUserNick", new { nick = Opaque.Base64(9) })).Done();
        await second.Connect(fixture.Url);
        (await second.Authenticate([Account], cursor)).Done();
        Expect.Equal(["nick"], (await second.Notified(Changed)).Payload.Texts("what"));
    }
}
