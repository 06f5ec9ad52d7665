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

    private static async Task PagingBackwardsAndForwardsMeetsEveryMessageOnce(CheckFixture fixture)
    {
        var (phone, conversation, said) = await Conversation(fixture);

        var backwards = new List<string>();
        string? anchor = null;
        while (await phone.Older(conversation, anchor, Page) is { Length: > 0 } page)
        {
            Expect.True(page.Length == Page || page[^1].Flag("isEvent"));
            backwards.AddRange(page.Select(message => message.Text("uuid")!));
            anchor = backwards[^1];
            Expect.True(backwards.Count <= said.Count, "the pages have more messages than were said");
        }

        Expect.Equal(Enumerable.Reverse(said), backwards);
        var forwards = new List<string> { backwards[^1] };
        while (await phone.Newer(conversation, forwards[^1], Page) is { Length: > 0 } page)
        {
            forwards.AddRange(page.Select(message => message.Text("uuid")!).Reverse());
            Expect.True(forwards.Count <= said.Count, "the pages have more messages than were said");
        }

        Expect.Equal(said, forwards);
    }

    private static async Task WithoutAnAnchorBothGiveTheNewest(CheckFixture fixture)
    {
        var (phone, conversation, said) = await Conversation(fixture);
        var newest = Enumerable.Reverse(said).Take(Page).ToList();

        Expect.Equal(newest, (await phone.Older(conversation, null, Page)).Select(message => message.Text("uuid")!));
        Expect.Equal(newest, (await phone.Newer(conversation, null, Page)).Select(message => message.Text("uuid")!));
    }

    private static async Task AnAnchorIsFoundInAnyCaseAndAnUnknownOneIsNotFound(CheckFixture fixture)
    {
        var (phone, conversation, said) = await Conversation(fixture);

        Expect.Equal(said[^1], (await phone.Newer(conversation, said[^2].ToUpperInvariant())).Single().Text("uuid"));
        (await phone.Ask("RequestGetMessages", new { conversationUuid = conversation.Uuid, fromMessageUuid = Opaque.Uuid(), size = 1 })).Refused("not_found");
        (await phone.Ask("RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, uuid = Opaque.Uuid(), size = 1 })).Refused("not_found");
    }

    private static async Task APageHas1To100(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        foreach (var size in new[] { 0, 101, -1 })
        {
            (await a.Ask("RequestGetMessages", new { conversationUuid = conversation.Uuid, size })).Refused("bad_request");
            (await a.Ask("RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, size })).Refused("bad_request");
        }
    }

    private static async Task ByUuidsUnknownOnesAreLeftOut(CheckFixture fixture)
    {
        var (phone, conversation, said) = await Conversation(fixture);

        var found = (await phone.Ask("RequestGetMessagesByUuids", new { conversationUuid = conversation.Uuid, uuids = new[] { said[2], Opaque.Uuid(), said[5].ToUpperInvariant() } }))
            .Done().Items("messages");

        Expect.Equal([said[5], said[2]], found.Select(message => message.Text("uuid")));
    }

    /// <summary>A conversation of one event and many messages, oldest first.</summary>
    private static async Task<(Phone Phone, ConversationHandle Conversation, IReadOnlyList<string> Said)> Conversation(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        for (var i = 0; i < Messages; i++)
        {
            await a.Say(conversation);
        }

        return (b, conversation, [.. (await a.Log(conversation)).Select(message => message.Text("uuid")!)]);
    }
}
