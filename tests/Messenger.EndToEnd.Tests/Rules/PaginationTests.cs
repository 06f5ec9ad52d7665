using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Pages: contiguous both ways, newest first.</summary>
public class PaginationTests(SharedServer server) : OnSharedServer(server)
{
    private const int Messages = 25;
    private const int Page = 7;

    [Fact]
    public async Task Paging_backwards_and_forwards_meets_every_message_once()
    {
        var (phone, talk, said) = await Conversation();

        var backwards = new List<string>();
        string? anchor = null;
        while (await phone.Older(talk, anchor, Page) is { Length: > 0 } page)
        {
            Assert.True(page.Length == Page || page[^1].Flag("isEvent"));
            backwards.AddRange(page.Select(message => message.Text("uuid")!));
            anchor = backwards[^1];
        }

        Assert.Equal(Enumerable.Reverse(said), backwards);
        var forwards = new List<string> { backwards[^1] };
        while (await phone.Newer(talk, forwards[^1], Page) is { Length: > 0 } page)
        {
            forwards.AddRange(page.Select(message => message.Text("uuid")!).Reverse());
        }

        Assert.Equal(said, forwards);
    }

    [Fact]
    public async Task Without_an_anchor_both_give_the_newest()
    {
        var (phone, talk, said) = await Conversation();
        var newest = Enumerable.Reverse(said).Take(Page).ToList();

        Assert.Equal(newest, (await phone.Older(talk, null, Page)).Select(message => message.Text("uuid")!));
        Assert.Equal(newest, (await phone.Newer(talk, null, Page)).Select(message => message.Text("uuid")!));
    }

    [Fact]
    public async Task An_anchor_is_found_in_any_case_and_an_unknown_one_is_not_found()
    {
        var (phone, talk, said) = await Conversation();

        Assert.Equal(said[^1], (await phone.Newer(talk, said[^2].ToUpperInvariant())).Single().Text("uuid"));
        (await phone.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, fromMessageUuid = Opaque.Uuid(), size = 1 })).Refused("not_found");
        (await phone.Ask("RequestGetMessagesFromUuid", new { conversationUuid = talk.Uuid, uuid = Opaque.Uuid(), size = 1 })).Refused("not_found");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    [InlineData(-1)]
    public async Task A_page_has_1_to_100(int size)
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);

        (await a.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, size })).Refused("bad_request");
        (await a.Ask("RequestGetMessagesFromUuid", new { conversationUuid = talk.Uuid, size })).Refused("bad_request");
    }

    [Fact]
    public async Task By_uuids_unknown_ones_are_left_out()
    {
        var (phone, talk, said) = await Conversation();

        var found = (await phone.Ask("RequestGetMessagesByUuids", new { conversationUuid = talk.Uuid, uuids = new[] { said[2], Opaque.Uuid(), said[5].ToUpperInvariant() } }))
            .Done().Items("messages");

        Assert.Equal([said[5], said[2]], found.Select(message => message.Text("uuid")));
    }

    /// <summary>A conversation of one event and many messages, oldest first.</summary>
    private async Task<(Phone Phone, Talk Talk, IReadOnlyList<string> Said)> Conversation()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        for (var i = 0; i < Messages; i++)
        {
            await a.Say(talk);
        }

        return (b, talk, [.. (await a.Log(talk)).Select(message => message.Text("uuid")!)]);
    }
}
