using Messenger.Client;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>Where the server cannot continue, every conversation is read on: no message lost, none doubled.</summary>
public sealed class ResyncTests : ClientFixture
{
    [Fact]
    public async Task It_reads_on_from_the_newest_message_seen_and_then_listens()
    {
        var first = await Arrive("c-0");
        await first.Notify(Sample.Added(10), "c-1");
        Assert.Equal(10, await NextMessage());
        first.Cut();

        var second = await After(TimeSpan.FromSeconds(0.5));
        Assert.Equal("c-1", await second.LetIn("resync"));

        // While it reads, the newest message comes as a notification too, and a newer one after it.
        await second.Notify(Sample.Added(112), "d-1");
        await second.Notify(Sample.Added(113), "d-2");
        await second.Answer((await second.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(112));
        await Anchor(second, 10);
        await Page(second, Sample.MessageUuid(10), 11, 110);
        await Page(second, Sample.MessageUuid(110), 111, 112);
        await Page(second, Sample.MessageUuid(112), 0, -1);

        Assert.Equal(Enumerable.Range(11, 102).Select(n => (long)n), await NextMessages(102));
        Assert.True(Assert.IsType<Online>(await Next()).Resynchronised);
        Assert.Equal(113, await NextMessage());
        await NothingElse(second);
    }

    [Fact]
    public async Task Cut_in_the_middle_it_begins_again_where_it_was()
    {
        var first = await Arrive("c-0");
        await first.Notify(Sample.Added(1), "c-1");
        Assert.Equal(1, await NextMessage());
        first.Cut();
        var second = await After(TimeSpan.FromSeconds(0.5));
        await second.LetIn("resync");
        await second.Answer((await second.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(3));
        await Anchor(second, 1);
        await Page(second, Sample.MessageUuid(1), 2, 2);
        Assert.Equal(2, await NextMessage());
        await second.Next<RequestGetMessages>();
        second.Cut();

        var third = await After(TimeSpan.FromSeconds(1));
        Assert.Equal("c-1", await third.LetIn("resync"));
        await third.Answer((await third.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(3));
        await Anchor(third, 2);
        await Page(third, Sample.MessageUuid(2), 3, 3);
        await Page(third, Sample.MessageUuid(3), 0, -1);
        Assert.Equal(3, await NextMessage());
        await NothingElse(third);
    }

    [Fact]
    public async Task A_conversation_that_came_meanwhile_is_read_from_its_beginning()
    {
        Start(Sample.Profile("c-0"));
        var connection = await Server.Accept();
        await connection.LetIn("resync");
        await connection.Answer((await connection.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(150));
        await PageBefore(connection, null, 51, 150);
        await PageBefore(connection, Sample.MessageUuid(51), 1, 50);
        await Page(connection, Sample.MessageUuid(50), 51, 150);
        await Page(connection, Sample.MessageUuid(150), 0, -1);
        Assert.Equal(Enumerable.Range(1, 150).Select(n => (long)n), await NextMessages(150));
        await NothingElse(connection);
    }

    [Fact]
    public async Task A_new_device_begins_with_the_newest_page()
    {
        var profile = Sample.Profile();
        profile.SaveProgress(new Progress());
        Start(profile);
        var connection = await Server.Accept();
        await connection.LetIn();
        await connection.Answer((await connection.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(150));
        await PageBefore(connection, null, 51, 150);
        await Page(connection, Sample.MessageUuid(150), 0, -1);
        Assert.Equal(Enumerable.Range(51, 100).Select(n => (long)n), await NextMessages(100));
        await NothingElse(connection);
    }

    [Fact]
    public async Task A_member_who_left_and_came_back_reads_what_the_anchor_hides()
    {
        var first = await Arrive("c-0");
        await first.Notify(Sample.Added(1), "c-1");
        Assert.Equal(1, await NextMessage());
        first.Cut();
        var second = await After(TimeSpan.FromSeconds(0.5));
        await second.LetIn("resync");
        await second.Answer((await second.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(5));
        await second.Answer((await second.Next<RequestGetMessagesByUuids>()).Asked, new ResponseGetMessages([]));
        await PageBefore(second, null, 4, 5);
        await Page(second, Sample.MessageUuid(5), 0, -1);
        Assert.Equal([4, 5], await NextMessages(2));
        await NothingElse(second);
    }

    [Fact]
    public async Task What_this_device_sent_itself_is_not_news_to_it()
    {
        var first = await Arrive("c-0");
        await first.Notify(Sample.Added(1), "c-1");
        Assert.Equal(1, await NextMessage());
        var sending = Device.Ask<ResponseAddedMessage>(Sample.Add(2));
        await first.Answer((await first.Next<RequestAddMessage>()).Asked, new ResponseAddedMessage(Sample.Message(2, author: Sample.Me)));
        await sending.WaitAsync(Deadline.Frame);
        first.Cut();
        var second = await After(TimeSpan.FromSeconds(0.5));
        await second.LetIn("resync");
        await second.Answer((await second.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(3));
        await Anchor(second, 1);
        await Page(second, Sample.MessageUuid(1), 2, 3);
        await Page(second, Sample.MessageUuid(3), 0, -1);
        Assert.Equal(3, await NextMessage());
        await NothingElse(second);
    }

    [Fact]
    public async Task An_anchor_that_the_store_lost_and_its_author_sent_again_is_none()
    {
        var first = await Arrive("c-0");
        await first.Notify(Sample.Added(1), "c-1");
        Assert.Equal(1, await NextMessage());
        first.Cut();
        var second = await After(TimeSpan.FromSeconds(0.5));
        await second.LetIn("resync");
        await second.Answer((await second.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(7));

        // It stands behind 2 and 3 now, which read on from it would never come.
        await second.Answer((await second.Next<RequestGetMessagesByUuids>()).Asked, new ResponseGetMessages([Sample.Message(1) with { Created = 4 }]));
        await PageBefore(second, null, 2, 3);
        await Page(second, Sample.MessageUuid(3), 0, -1);
        Assert.Equal([2, 3], await NextMessages(2));
        await NothingElse(second);
    }

    /// <summary>The server has the anchor as it was told.</summary>
    private static async Task Anchor(StubConnection connection, int n)
    {
        var (asked, request) = await connection.Next<RequestGetMessagesByUuids>();
        Assert.Equal([Sample.MessageUuid(n)], request.Uuids);
        await connection.Answer(asked, Sample.Page(n, n));
    }

    private static async Task Page(StubConnection connection, string anchor, int from, int to)
    {
        var (asked, request) = await connection.Next<RequestGetMessages>();
        Assert.Equal(anchor, request.FromMessageUuid);
        await connection.Answer(asked, Sample.Page(from, to));
    }

    private static async Task PageBefore(StubConnection connection, string? anchor, int from, int to)
    {
        var (asked, request) = await connection.Next<RequestGetMessagesFromUuid>();
        Assert.Equal(anchor, request.Uuid);
        await connection.Answer(asked, Sample.Page(from, to));
    }
}
