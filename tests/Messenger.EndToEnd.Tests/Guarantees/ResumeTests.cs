using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Guarantee 4 past the bounds of this server: more was missed than it keeps. Within them the conformance kit tries it.</summary>
public class ResumeTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Too_much_missed_says_resync_and_a_sync_finds_all_of_it()
    {
        const int MoreThanAnInboxKeeps = 6000;
        var (a, b) = await Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        var cursor = b.LastCursor();
        await b.Connection.Cut();
        await a.SayMany(conversation, MoreThanAnInboxKeeps);

        await b.Connect(Server.WebSocket);
        Assert.Equal("resync", (await b.Authenticate(cursor)).Description);

        var sync = (await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done();
        Assert.Equal(MoreThanAnInboxKeeps + 1, sync.Items("conversations").Single().Number("unreadedCounter"));
        Assert.Equal(MoreThanAnInboxKeeps + 1, (await b.Log(conversation)).Count(message => !message.Flag("isEvent")));
    }
}
