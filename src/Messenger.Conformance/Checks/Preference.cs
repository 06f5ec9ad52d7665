using System.Text.Json;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>What each person alone has of a conversation.</summary>
internal static class PreferenceChecks
{
    private const string Preferences = "preferences";
    private const string Set = "RequestSetConversationPreferences";
    private const string Get = "RequestGetConversationPreferences";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("What is left out stays, and null clears", ["PREF-1"], WhatIsLeftOutStays),
        new("A change that rests on another version is refused, and one that was made is not", ["PREF-2"], VersionsAreCompared),
        new("Preferences are one's own, in any conversation that one is in, and go with leaving", ["PREF-3"], TheyAreOnesOwn),
        new("Too many pinned, too long and wrong ones are refused", ["PREF-4"], TooMuchIsRefused),
        new("One's other devices hear of them, and so does the next pass", ["PREF-5", "ACC-1"], TheOtherDevicesHear),
        new("What is muted is counted as unread", ["PREF-6"], WhatIsMutedIsCounted),
    ];

    private static async Task WhatIsLeftOutStays(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Preferences), await fixture.Person());
        var handle = await b.Group(a);
        Expect.Empty((await a.Ask(Get, new { conversationUuids = new[] { handle.Uuid } })).Done().Items("preferences"));

        var data = Opaque.Base64(60);
        var set = One(await a.Ask(Set, new { conversationUuid = handle.Uuid, mutedUntil = -1, pinned = true, data }));
        Expect.True(set.Is("conversationUuid", handle.Uuid) && set.Number("mutedUntil") == -1 && set.Flag("pinned") && !set.Flag("archived") && set.Text("data") == data);
        set = One(await a.Ask(Set, new { conversationUuid = handle.Uuid, archived = true }));
        Expect.True(set.Number("mutedUntil") == -1 && set.Flag("pinned") && set.Flag("archived") && set.Text("data") == data);
        set = One(await a.Ask(Set, new { conversationUuid = handle.Uuid, mutedUntil = (long?)null, pinned = (bool?)null, archived = (bool?)null, data = (string?)null }));
        Expect.True(set.IsNull("mutedUntil") && !set.Flag("pinned") && !set.Flag("archived") && set.IsNull("data"));

        var until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        set = One(await a.Ask(Set, new { conversationUuid = handle.Uuid, mutedUntil = until }));
        Expect.Equal(until, set.Number("mutedUntil"));
        Expect.Equal(set.GetRawText(), One(await a.Ask(Get, new { conversationUuids = (string[]?)null })).GetRawText());
        Expect.Equal(set.GetRawText(), One(await a.Ask(Get, new { conversationUuids = new[] { handle.Uuid } })).GetRawText());
    }

    private static async Task VersionsAreCompared(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Preferences), await fixture.Person());
        var handle = await b.Group(a);
        (await a.Ask(Set, new { conversationUuid = handle.Uuid, pinned = true, ifVersion = 7 })).Refused("conflict");
        var first = One(await a.Ask(Set, new { conversationUuid = handle.Uuid, pinned = true, ifVersion = 0 })).Number("version");
        var second = One(await a.Ask(Set, new { conversationUuid = handle.Uuid, archived = true, ifVersion = first })).Number("version");
        Expect.True(second > first, "a change has no higher version");
        (await a.Ask(Set, new { conversationUuid = handle.Uuid, pinned = false, ifVersion = first })).Refused("conflict");

        // The same again, whose answer was lost.
        Expect.Equal(second, One(await a.Ask(Set, new { conversationUuid = handle.Uuid, archived = true, ifVersion = first })).Number("version"));
        Expect.True(One(await a.Ask(Set, new { conversationUuid = handle.Uuid, pinned = false })).Number("version") > second);
    }

    private static async Task TheyAreOnesOwn(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Preferences), await fixture.Person(Preferences));
        var handle = await a.Group(b);
        (await a.Ask(Set, new { conversationUuid = Opaque.Uuid(), pinned = true })).Refused("not_found");
        (await a.Ask(Set, new { conversationUuid = (await b.Group()).Uuid, pinned = true })).Refused("not_found");
        One(await b.Ask(Set, new { conversationUuid = handle.Uuid, pinned = true }));
        Expect.Empty((await a.Ask(Get, new { conversationUuids = new[] { handle.Uuid } })).Done().Items("preferences"));

        var dialog = await a.Dialog(b);
        (await a.Ask("AddBlackList", new { userId = b.UserId })).Done();
        try
        {
            One(await b.Ask(Set, new { conversationUuid = dialog.Uuid, archived = true }));
        }
        finally
        {
            (await a.Ask("RemoveBlackList", new { userId = b.UserId })).Done();
        }

        (await b.Leave(handle)).Done();
        (await b.Ask(Set, new { conversationUuid = handle.Uuid, archived = true })).Refused("not_found");
        (await a.AddMember(handle, b)).Done();
        Expect.Empty((await b.Ask(Get, new { conversationUuids = new[] { handle.Uuid } })).Done().Items("preferences"));
    }

    private static async Task TooMuchIsRefused(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Preferences), await fixture.Person());
        var handle = await b.Group(a);
        (await a.Ask(Set, new { conversationUuid = handle.Uuid, data = new string('a', 4097) })).Refused("bad_request");
        (await a.Ask(Set, new { conversationUuid = handle.Uuid, mutedUntil = -2 })).Refused("bad_request");
        (await a.Ask(Set, new { conversationUuid = handle.Uuid, pinned = "yes" })).Refused("bad_request");
        (await a.Ask(Get, new { conversationUuids = Enumerable.Repeat(handle.Uuid, 201) })).Refused("bad_request");
        One(await a.Ask(Set, new { conversationUuid = handle.Uuid, data = new string('a', 4096) }));
    }

    private static async Task TheOtherDevicesHear(CheckFixture fixture)
    {
        var first = await fixture.Person(Preferences, "account", "sync");
        var (second, plain) = (await fixture.Second(first), await fixture.Second(first));
        await fixture.Name(second, "account");
        var handle = await (await fixture.Person()).Group(first);
        var passes = new Passes();
        await passes.Run(first);
        var set = One(await first.Ask(Set, new { conversationUuid = handle.Uuid, pinned = true }));
        Expect.Equal([Preferences], (await second.Notified("NotificationAccountChanged")).Payload.Texts("what"));
        (await plain.Ask("RequestPing", new { when = 1 })).Done();

        var page = (await first.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done();
        var told = page.Items("conversations").Single(conversation => conversation.Is("uuid", handle.Uuid));
        Expect.Equal(set.GetRawText(), told.GetProperty("preferences").GetRawText());
    }

    private static async Task WhatIsMutedIsCounted(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Preferences), await fixture.Person());
        var handle = await b.Group(a);
        One(await a.Ask(Set, new { conversationUuid = handle.Uuid, mutedUntil = -1 }));
        var said = await b.Say(handle);
        await a.Hear(said.Text("uuid")!);
        Expect.Equal(1L, (await a.Conversation(handle)).GetProperty("conversation").Number("unreadedCounter"));
    }

    private static JsonElement One(Response answer) => answer.Done().Items("preferences").Single();
}
