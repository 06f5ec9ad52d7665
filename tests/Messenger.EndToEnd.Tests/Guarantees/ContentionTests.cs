using Messenger.EndToEnd.Tests.Checking;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Many people in one conversation at once: one order, and counters that are exact at the end.</summary>
public class ContentionTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Fifty_writers_in_one_conversation_with_receipts_racing()
    {
        const int Messages = 2000;
        await using var crowd = await Crowd.Gather(people: 50, groupSize: 50, () => Server.WebSocket);

        crowd.Start(TimeSpan.FromMilliseconds(50));
        await crowd.Progress(Messages);

        await crowd.Prove();
        Assert.DoesNotContain(crowd.Clients, commuter => commuter.Reconnects > 0);
    }

    [Fact]
    public async Task Receipts_of_the_same_messages_in_every_order_end_in_the_same_counters()
    {
        const int Readers = 8;
        var author = await Person();
        var readers = new List<Phone>();
        for (var i = 0; i < Readers; i++)
        {
            readers.Add(await Person());
        }

        var conversation = await author.Group([.. readers]);
        var said = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            said.Add((await author.Say(conversation)).Text("uuid")!);
        }

        await Task.WhenAll(readers.Select(async (reader, number) =>
        {
            var order = said.OrderBy(uuid => HashCode.Combine(uuid, number)).ToList();
            await Task.WhenAll(order.Select(async uuid => (await reader.Deliver(conversation, uuid)).Done()));
            await Task.WhenAll(order.Where((_, at) => at % 2 == 0).Select(async uuid => (await reader.Read(conversation, uuid)).Done()));
        }));

        var log = await ConversationLog.Fetch(author, conversation);
        HistoryChecker.Assert([author.History, .. readers.Select(reader => reader.History)], [log]);
        Assert.All(log.Messages.Where(message => message.EventType is null), message => Assert.Equal(Readers + 1, message.DeliveredMembers));
        Assert.Equal(Readers * said.Count / 2, log.Messages.Where(message => message.EventType is null).Sum(message => message.ReadedMembers - 1));
    }
}
