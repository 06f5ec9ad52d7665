using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Pages: contiguous both ways, newest first.</summary>
internal static class PaginationChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Paging backwards and forwards meets every message once", ["MSG-7", "FMT-7", "SYNC-3"], PagingBackwardsAndForwardsMeetsEveryMessageOnce),
        new("Without an anchor both give the newest", ["MSG-7", "FMT-7", "SYNC-4"], WithoutAnAnchorBothGiveTheNewest),
        new("An anchor is found in any case and an unknown one is not found", ["MSG-8", "FMT-2"], AnAnchorIsFoundInAnyCaseAndAnUnknownOneIsNotFound),
        new("A page has 1 to 100 messages", ["MSG-7"], APageHas1To100),
        new("By uuids unknown ones are left out", ["SYNC-5", "FMT-7"], ByUuidsUnknownOnesAreLeftOut),
    ];

    private const int Messages = 25;
    private const int Page = 7;

    private static async Task PagingBackwardsAndForwardsMeetsEveryMessageOnce(Scene scene)
    {
        var (phone, talk, said) = await Conversation(scene);

        var backwards = new List<string>();
        string? anchor = null;
        while (await phone.Older(talk, anchor, Page) is { Length: > 0 } page)
        {
            Expect.True(page.Length == Page || page[^1].Flag("isEvent"));
            backwards.AddRange(page.Select(message => message.Text("uuid")!));
            anchor = backwards[^1];
        }

        Expect.Equal(Enumerable.Reverse(said), backwards);
        var forwards = new List<string> { backwards[^1] };
        while (await phone.Newer(talk, forwards[^1], Page) is { Length: > 0 } page)
        {
            forwards.AddRange(page.Select(message => message.Text("uuid")!).Reverse());
        }

        Expect.Equal(said, forwards);
    }

    private static async Task WithoutAnAnchorBothGiveTheNewest(Scene scene)
    {
        var (phone, talk, said) = await Conversation(scene);
        var newest = Enumerable.Reverse(said).Take(Page).ToList();

        Expect.Equal(newest, (await phone.Older(talk, null, Page)).Select(message => message.Text("uuid")!));
        Expect.Equal(newest, (await phone.Newer(talk, null, Page)).Select(message => message.Text("uuid")!));
    }

    private static async Task AnAnchorIsFoundInAnyCaseAndAnUnknownOneIsNotFound(Scene scene)
    {
        var (phone, talk, said) = await Conversation(scene);

        Expect.Equal(said[^1], (await phone.Newer(talk, said[^2].ToUpperInvariant())).Single().Text("uuid"));
        (await phone.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, fromMessageUuid = Opaque.Uuid(), size = 1 })).Refused("not_found");
        (await phone.Ask("RequestGetMessagesFromUuid", new { conversationUuid = talk.Uuid, uuid = Opaque.Uuid(), size = 1 })).Refused("not_found");
    }

    private static async Task APageHas1To100(Scene scene)
    {
        var (a, b) = await scene.Two();
        var talk = await a.Dialog(b);
        foreach (var size in new[] { 0, 101, -1 })
        {
            (await a.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, size })).Refused("bad_request");
            (await a.Ask("RequestGetMessagesFromUuid", new { conversationUuid = talk.Uuid, size })).Refused("bad_request");
        }
    }

    private static async Task ByUuidsUnknownOnesAreLeftOut(Scene scene)
    {
        var (phone, talk, said) = await Conversation(scene);

        var found = (await phone.Ask("RequestGetMessagesByUuids", new { conversationUuid = talk.Uuid, uuids = new[] { said[2], Opaque.Uuid(), said[5].ToUpperInvariant() } }))
            .Done().Items("messages");

        Expect.Equal([said[5], said[2]], found.Select(message => message.Text("uuid")));
    }

    /// <summary>A conversation of one event and many messages, oldest first.</summary>
    private static async Task<(Phone Phone, Talk Talk, IReadOnlyList<string> Said)> Conversation(Scene scene)
    {
        var (a, b) = await scene.Two();
        var talk = await a.Dialog(b);
        for (var i = 0; i < Messages; i++)
        {
            await a.Say(talk);
        }

        return (b, talk, [.. (await a.Log(talk)).Select(message => message.Text("uuid")!)]);
    }
}
