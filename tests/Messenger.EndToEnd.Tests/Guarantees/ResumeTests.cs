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
}
