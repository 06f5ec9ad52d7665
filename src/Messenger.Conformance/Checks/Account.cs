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
        new("One's other devices hear what is unread when one has read", ["ACC-3"], WhatIsUnreadIsTold),
        new("A change that rests on another version of parameters or contacts is refused", ["ACC-4", "EXT-1"], VersionsAreCompared),
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

    private static async Task WhatIsUnreadIsTold(CheckFixture fixture)
    {
        var (first, author) = (await fixture.Person(Account), await fixture.Person());
        var (second, plain) = (await fixture.Second(first), await fixture.Second(first));
        await fixture.Name(second, Account);
        var handle = await author.Group(first);
        var uuids = await author.SayMany(handle, 3);
        await first.Hear(uuids[2]);
        (await first.Read(handle, uuids[0])).Done();
        Expect.Equal((uuids[0], uuids[1], 2L), await Told());
        (await first.Do("RequestMarkAllReaded", handle)).Done();
        Expect.Equal((uuids[2], null, 0L), await Told());

        // What was read before is no news, and who named nothing hears nothing.
        (await first.Do("RequestMarkAllReaded", handle)).Done();
        (await first.Ask("RequestPing", new { when = 1 })).Done();
        Expect.Empty(first.Connection.Inbox.Left("NotificationReadUpTo"));
        (await plain.Ask("RequestPing", new { when = 1 })).Done();

        async Task<(string?, string?, long)> Told()
        {
            var told = (await second.Notified("NotificationReadUpTo")).Payload;
            Expect.True(told.Is("conversationUuid", handle.Uuid));
            return (told.Text("messageUuid"), told.Text("firstUnreadMessageUuid"), told.Number("unreadedCounter"));
        }
    }

    private static async Task VersionsAreCompared(CheckFixture fixture)
    {
        var (a, plain, friend) = (await fixture.Person(Account), await fixture.Person(), await fixture.Person());
        var value = Opaque.Base64(9);
        var version = await Version("GetParams");
        (await a.Ask("UpdateParam", new { name = "n", value, ifVersion = version })).Done();
        Expect.Equal(version + 1, await Version("GetParams"));
        (await a.Ask("UpdateParam", new { name = "n", value = Opaque.Base64(9), ifVersion = version })).Refused("conflict");
        (await a.Ask("UpdateParam", new { name = "n", value, ifVersion = version })).Done();
        (await a.Ask("UpdateParam", new { name = "n", value = Opaque.Base64(9) })).Done();

        version = await Version("RequestGetContactList");
        var contact = new { contactId = friend.UserId };
        (await a.Ask("RequestUpdateContactList", new { contactList = new[] { contact }, merge = false, ifVersion = version })).Done();
        (await a.Ask("RequestUpdateContactList", new { contactList = Array.Empty<object>(), merge = false, ifVersion = version })).Refused("conflict");
        (await a.Ask("UpdateContact", new { contact = new { contactId = friend.UserId, nickEncrypted = Opaque.Base64(9) }, ifVersion = version })).Refused("conflict");
        (await a.Ask("UpdateContact", new { contact, ifVersion = version })).Done();
        Expect.Equal(version + 1, await Version("RequestGetContactList"));

        foreach (var type in new[] { "GetParams", "RequestGetContactList" })
        {
            Expect.False((await plain.Ask(type, new { userId = (string?)null })).Done().TryGetProperty("version", out _));
        }

        async Task<long> Version(string type) => (await a.Ask(type, new { userId = (string?)null })).Done().Number("version");
    }
}
