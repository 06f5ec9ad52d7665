using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>What changed since: pages, tokens, and that nothing is missed.</summary>
internal static class ChangeChecks
{
    private const string Sync = "sync";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A first pass tells everything, page by page", ["CHG-1", "CHG-3", "CHG-5"], AFirstPassTellsEverything),
        new("The next pass tells what changed", ["CHG-4", "CHG-6"], TheNextPassTellsWhatChanged),
        new("What was left, kicked out of or deleted is named with its reason", ["CHG-4"], WhatIsGoneIsNamed),
        new("A token of another person is refused, and of another life begins anew", ["CHG-2"], TokensBelongToTheirPerson),
        new("A pass is whole although things move meanwhile, and its middle is good later", ["CHG-3", "CHG-4"], APassIsWholeAlthoughThingsMove),
        new("A page has what was notified before it", ["CHG-7"], APageHasWhatWasNotified),
        new("Who changed keys or nick is told to those who share a conversation", ["CHG-1"], PeopleWhoChanged),
        new("Long bodies and rosters are left out", ["CHG-5"], LongThingsAreLeftOut),
        new("Parts of the account that another device changed are named", ["CHG-9"], PartsOfTheAccount),
        new("A roster comes in pages", ["CHG-10"], ARosterInPages),
    ];

    private static async Task AFirstPassTellsEverything(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        foreach (var _ in Enumerable.Range(0, 5))
        {
            await a.Say(await b.Group(a));
        }

        var passes = new Passes();
        var pages = 1;
        while (await passes.Page(a, 2))
        {
            pages++;
        }

        Expect.True(pages >= 3, $"five conversations came in {pages} pages of two");
        await passes.AreComplete(a);
        (await a.Ask("RequestSync", new { token = (string?)null, limit = 0 })).Refused("bad_request");
        (await a.Ask("RequestSync", new { token = (string?)null, limit = 201 })).Refused("bad_request");
    }

    private static async Task TheNextPassTellsWhatChanged(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        var (quiet, loud) = (await b.Group(a), await b.Group(a));
        var first = (await b.Say(loud)).Text("uuid")!;
        var passes = new Passes();
        await passes.Run(a);
        foreach (var change in new Func<Task>[]
        {
            () => b.Say(loud),
            async () => (await b.Ask("RequestDeleteMessage", new { conversationUuid = loud.Uuid, uuid = first })).Done(),
            async () => (await b.Ask("RequestRenameConversation", new { conversationUuid = loud.Uuid, title = Opaque.Base64(20) })).Done(),
            async () => (await a.Do("RequestMarkAllReaded", loud)).Done(),
            async () => (await b.Ask("UpdateMemberNick", new { conversationUuid = loud.Uuid, nickEncrypted = Opaque.Base64(20) })).Done(),
            async () => (await b.Ask("RequestChangeToAdmin", new { conversationUuid = loud.Uuid, userId = a.UserId })).Done(),
        })
        {
            await change();
            var page = (await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done();
            Expect.Contains(page.Items("conversations"), conversation => conversation.Is("uuid", loud.Uuid));
            Expect.DoesNotContain(page.Items("conversations"), conversation => conversation.Is("uuid", quiet.Uuid));
            Expect.False(page.Flag("reset"));
            await passes.Run(a);
            await passes.AreComplete(a);
        }
    }

    private static async Task PartsOfTheAccount(CheckFixture fixture)
    {
        var a = await fixture.Person(Sync);
        var other = await fixture.Second(a);
        var passes = new Passes();
        var everything = (await a.Ask("RequestSync", new { token = (string?)null, limit = 50 })).Done();
        Expect.True(everything.Texts("account").Contains("contacts"), "a pass that tells everything names every part of the account");
        await passes.Run(a);
        Expect.Empty((await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done().Items("account"));

        (await other.Ask("UpdateParam", new { name = "colour", value = "green" })).Done();
        (await other.Ask("AddBlackList", new { userId = (await fixture.Person()).UserId })).Done();
        Expect.Equal(["blacklist", "params"], (await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done().Texts("account").Order());
        await passes.Run(a);
        Expect.Empty((await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done().Items("account"));
    }

    private static async Task ARosterInPages(CheckFixture fixture)
    {
        const string List = "RequestGetMembersList";
        var (a, b, c, d) = (await fixture.Person(Sync), await fixture.Person(), await fixture.Person(), await fixture.Person());
        var handle = await a.Group(b, c, d);
        string[] everyone = [a.UserId, b.UserId, c.UserId, d.UserId];
        List<string> found = [];
        string? after = null;
        while (true)
        {
            var page = (await a.Ask(List, new { conversationUuid = handle.Uuid, after, limit = 2 })).Done();
            string[] people = [.. page.Texts("admins"), .. page.Texts("members")];
            Expect.True(people.Length <= 2, $"a page of two has {people.Length} people");
            Expect.Empty(people.Intersect(found));
            found.AddRange(people);
            if (people.Length < 2)
            {
                break;
            }

            after = people[^1];
        }

        Expect.Equal(everyone.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));

        // Who left has a place still.
        (await d.Leave(handle)).Done();
        Expect.Empty((await a.Ask(List, new { conversationUuid = handle.Uuid, after = d.UserId, limit = 2 })).Done().Items("members"));
        (await a.Ask(List, new { conversationUuid = handle.Uuid, after = (await fixture.Person()).UserId })).Refused("bad_request");
        (await a.Ask(List, new { conversationUuid = handle.Uuid, limit = 0 })).Refused("bad_request");
        (await a.Ask(List, new { conversationUuid = handle.Uuid, limit = 1001 })).Refused("bad_request");
    }

    private static async Task WhatIsGoneIsNamed(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        var (left, kicked, deleted, back) = (await b.Group(a), await b.Group(a), await b.Group(a), await b.Group(a));
        var passes = new Passes();
        await passes.Run(a);
        (await a.Leave(left)).Done();
        (await b.Kick(kicked, a)).Done();
        (await b.Do("RequestDeleteConversation", deleted)).Done();
        (await a.Leave(back)).Done();
        (await b.AddMember(back, a)).Done();
        var page = (await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done();
        var removed = page.Items("removed").ToDictionary(one => one.Text("uuid")!, one => one.Text("reason")!, StringComparer.OrdinalIgnoreCase);
        Expect.Equal("left", removed[left.Uuid]);
        Expect.Equal("kicked", removed[kicked.Uuid]);
        Expect.Equal("deleted", removed[deleted.Uuid]);
        Expect.False(removed.ContainsKey(back.Uuid));
        await passes.Run(a);
        await passes.AreComplete(a);
    }

    private static async Task TokensBelongToTheirPerson(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person(Sync));
        var passes = new Passes();
        await passes.Run(a);
        (await b.Ask("RequestSync", new { token = passes.Token, limit = 1 })).Refused("bad_request");
        (await a.Ask("RequestSync", new { token = "AAAA", limit = 1 })).Refused("bad_request");
        (await a.Ask("RequestSync", new { token = "not a token", limit = 1 })).Refused("bad_request");
        Expect.False((await a.Ask("RequestSync", new { token = passes.Token, limit = 1 })).Done().Flag("reset"));
    }

    private static async Task APassIsWholeAlthoughThingsMove(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        var conversations = new List<ConversationHandle>();
        foreach (var _ in Enumerable.Range(0, 6))
        {
            conversations.Add(await b.Group(a));
        }

        var passes = new Passes();
        await passes.Page(a, 2);

        // The last of the list moves to the front, past what has been told.
        await b.Say(conversations[0]);
        var middle = passes.Token;
        await passes.Run(a, 2);
        await passes.AreComplete(a);
        passes.Token = middle;
        await b.Say(conversations[1]);
        await passes.Run(a, 2);
        await passes.Run(a, 2);
        await passes.AreComplete(a);
    }

    private static async Task APageHasWhatWasNotified(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        var handle = await b.Group(a);
        var passes = new Passes();
        await passes.Run(a);
        foreach (var _ in Enumerable.Range(0, 20))
        {
            var said = b.Say(handle);
            var page = (await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done();
            var before = a.History.Entries().TakeWhile(entry => entry is not Answered { Type: "ResponseSync" } answer || answer.Payload.GetRawText() != page.GetRawText())
                .OfType<Notified>().Where(told => told.Type == ConversationSteps.AddedMessage).Select(told => told.Payload.GetProperty("message"))
                .LastOrDefault(message => message.Is("conversationUuid", handle.Uuid));
            if (before.ValueKind == System.Text.Json.JsonValueKind.Object)
            {
                var newest = page.Items("lastMessages").Where(message => message.Is("conversationUuid", handle.Uuid)).Select(message => message.Number("created")).FirstOrDefault(long.MaxValue);
                Expect.True(newest >= before.Number("created"), "a page is older than what was notified before it");
            }

            passes.Token = page.Text("token");
            await said;
        }
    }

    private static async Task PeopleWhoChanged(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        var stranger = await fixture.Person();
        await a.Dialog(b);
        var passes = new Passes();
        await passes.Run(a);
        (await b.Ask("RequestUpdateUserNick", new { nick = Opaque.Base64(30) })).Done();
        await stranger.AddKeys();
        var page = (await a.Ask("RequestSync", new { token = passes.Token, limit = 50 })).Done();
        Expect.Equal([b.UserId], page.Items("users").Select(user => user.Text("userId")!));
    }

    private static async Task LongThingsAreLeftOut(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Sync), await fixture.Person());
        var handle = await b.Group(a);
        await b.Say(handle, body: Opaque.Base64(8 * 1024));
        var page = (await a.Ask("RequestSync", new { token = (string?)null, limit = 50 })).Done();
        var last = page.Items("lastMessages").Single(message => message.Is("conversationUuid", handle.Uuid));
        Expect.True(last.IsNull("bodyEncryptedBase64") && last.IsNull("ivBase64") && last.Flag("bodyOmitted"));
        Expect.Equal(last.Text("uuid"), page.Items("conversations").Single(one => one.Is("uuid", handle.Uuid)).Text("newestMessageUuid"));
        Expect.Equal(2, (int)page.Items("conversations").Single(one => one.Is("uuid", handle.Uuid)).Number("membersCount"));
    }
}
