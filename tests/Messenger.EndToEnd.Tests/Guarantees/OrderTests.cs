using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Guarantee 3: once, and in order, at every device.</summary>
public class OrderTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_thousand_pipelined_messages_arrive_in_order_at_every_other_device()
    {
        const int Count = 1000;
        var (a, b, c) = await Three();
        var second = await Second(a);
        var talk = await a.Group(b, c);
        var sent = Enumerable.Range(0, Count).Select(_ => Opaque.Uuid()).ToList();

        var answers = new List<Task<Reply>>();
        foreach (var uuid in sent)
        {
            answers.Add(await a.Line.Send("RequestAddMessage", talk.Draft(uuid)));
        }

        var stored = (await Task.WhenAll(answers)).Select(reply => reply.Done().GetProperty("message").Number("created")).ToList();

        Assert.Equal(stored.Order().Distinct(), stored);
        foreach (var phone in new[] { b, c, second })
        {
            await phone.Hear(sent[^1]);
            var heard = phone.History.Entries().OfType<Notified>().Where(notified => notified.Type == Talking.AddedMessage)
                .Select(notified => notified.Payload.GetProperty("message")).Where(message => !message.Flag("isEvent")).Select(message => message.Text("uuid")!);
            Assert.Equal(sent, heard);
        }

        Assert.DoesNotContain(a.Line.Inbox.Left(Talking.AddedMessage), left => !left.Payload.GetProperty("message").Flag("isEvent"));
    }

    [Fact]
    public async Task Requests_of_one_connection_to_one_conversation_take_effect_in_the_order_sent()
    {
        var (a, b) = await Two();
        var (talk, creation) = a.Creation(isDialog: false, [], [b]);
        var message = Opaque.Uuid();

        Task<Reply>[] answers =
        [
            await a.Line.Send("RequestCreateConversationFull", creation),
            await a.Line.Send("RequestAddMessage", talk.Draft(message)),
            await a.Line.Send("RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid = message }),
            await a.Line.Send("RequestGetMessagesByUuids", new { conversationUuid = talk.Uuid, uuids = new[] { message } }),
            await a.Line.Send("RequestDeleteConversation", new { conversationUuid = talk.Uuid }),
            await a.Line.Send("RequestGetMembersList", new { conversationUuid = talk.Uuid }),
        ];
        var replies = await Task.WhenAll(answers);

        Assert.All(replies[..5], reply => reply.Done());
        Assert.True(replies[3].Payload.Items("messages").Single().Flag("deleted"));
        replies[5].Refused("not_found");
    }
}
