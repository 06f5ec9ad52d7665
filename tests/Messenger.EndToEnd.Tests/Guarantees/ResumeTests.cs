using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Guarantee 4: what was missed comes after the resume, in order, or the client is told to synchronise.</summary>
public class ResumeTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_resume_after_a_cut_brings_everything_missed_in_order()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Hear((await a.Say(talk)).Text("uuid")!);
        await b.Line.Cut();
        var missed = await SayMany(a, talk, 50);

        var reply = await b.Return(Server.WebSocket);

        Assert.Equal("ok", reply.Status);
        Assert.Null(reply.Description);
        var live = await SayMany(a, talk, 5);
        await b.Hear(live[^1]);
        Assert.Equal([.. missed, .. live], Heard(b));
    }

    [Fact]
    public async Task A_resume_at_an_older_cursor_brings_what_followed_it_again()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var said = await SayMany(a, talk, 3);
        await b.Hear(said[2]);
        var cursor = b.History.Entries().OfType<Notified>().First(notified =>
            notified.Type == Talking.AddedMessage && notified.Payload.GetProperty("message").Is("uuid", said[0])).Cursor;

        await b.Connect(Server.WebSocket);
        var reply = await b.Authenticate(cursor);

        Assert.Null(reply.Description);
        await b.Hear(said[2]);
        Assert.Equal(said[1..], Heard(b));
    }

    [Fact]
    public async Task A_resume_twice_brings_nothing_twice()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Hear((await a.Say(talk)).Text("uuid")!);
        for (var round = 0; round < 3; round++)
        {
            await b.Line.Cut();
            var missed = await SayMany(a, talk, 3);
            Assert.Null((await b.Return(Server.WebSocket)).Description);
            await b.Hear(missed[^1]);
            Assert.Equal(missed, Heard(b));
        }
    }

    [Fact]
    public async Task A_login_without_a_cursor_brings_nothing_of_before()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Line.Cut();
        await SayMany(a, talk, 3);

        await b.Connect(Server.WebSocket);
        await b.Login();
        var live = await SayMany(a, talk, 2);
        await b.Hear(live[^1]);

        Assert.Equal(live, Heard(b));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("0-0")]
    [InlineData("7fffffffffffffff-7fffffffffffffff")]
    [InlineData("")]
    public async Task A_cursor_that_cannot_be_continued_says_resync(string cursor)
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Connect(Server.WebSocket);

        var reply = await b.Authenticate(cursor);

        Assert.Equal("ok", reply.Status);
        Assert.Equal("resync", reply.Description);
        await b.Hear((await a.Say(talk)).Text("uuid")!);
    }

    [Fact]
    public async Task The_cursor_of_another_device_says_resync()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Hear((await a.Say(talk)).Text("uuid")!);
        await a.Connect(Server.WebSocket);

        Assert.Equal("resync", (await a.Authenticate(b.LastCursor())).Description);
    }

    [Fact]
    public async Task Too_much_missed_says_resync_and_a_sync_finds_all_of_it()
    {
        const int MoreThanAnInboxKeeps = 6000;
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Hear((await a.Say(talk)).Text("uuid")!);
        var cursor = b.LastCursor();
        await b.Line.Cut();
        await SayMany(a, talk, MoreThanAnInboxKeeps);

        await b.Connect(Server.WebSocket);
        Assert.Equal("resync", (await b.Authenticate(cursor)).Description);

        var sync = (await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done();
        Assert.Equal(MoreThanAnInboxKeeps + 1, sync.Items("conversations").Single().Number("unreadedCounter"));
        Assert.Equal(MoreThanAnInboxKeeps + 1, (await b.Log(talk)).Count(message => !message.Flag("isEvent")));
    }

    private static async Task<List<string>> SayMany(Phone phone, Talk talk, int count)
    {
        // A connection's requests are bounded: answers are awaited in runs.
        const int Run = 200;
        var uuids = Enumerable.Range(0, count).Select(_ => Opaque.Uuid()).ToList();
        foreach (var run in uuids.Chunk(Run))
        {
            var answers = new List<Task<Reply>>();
            foreach (var uuid in run)
            {
                answers.Add(await phone.Line.Send("RequestAddMessage", talk.Draft(uuid)));
            }

            Assert.All(await Task.WhenAll(answers), reply => reply.Done());
        }

        return uuids;
    }

    /// <summary>The messages that came on the connection that the phone has now, in order.</summary>
    private static List<string> Heard(Phone phone)
    {
        var entries = phone.History.Entries();
        var connection = entries.OfType<Opened>().Last().Connection;
        return [.. entries.OfType<Notified>().Where(notified => notified.Connection == connection && notified.Type == Talking.AddedMessage)
            .Select(notified => notified.Payload.GetProperty("message")).Where(message => !message.Flag("isEvent")).Select(message => message.Text("uuid")!)];
    }
}
