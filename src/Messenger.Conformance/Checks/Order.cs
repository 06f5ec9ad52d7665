using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Guarantee 3: once, and in order, at every device.</summary>
internal static class OrderChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Hundreds of pipelined messages arrive in order at every other device", ["NOT-2", "REL-3", "REL-6", "ENV-12"], HundredsOfPipelinedMessagesArriveInOrderAtEveryOtherDevice),
        new("Requests of one connection to one conversation take effect in the order sent", ["ENV-8"], RequestsOfOneConnectionToOneConversationTakeEffectInTheOrderSent),
    ];

    private static async Task HundredsOfPipelinedMessagesArriveInOrderAtEveryOtherDevice(CheckFixture fixture)
    {
        const int Count = 500;
        var (a, b, c) = await fixture.Three();
        var second = await fixture.Second(a);
        var conversation = await a.Group(b, c);
        var sent = Enumerable.Range(0, Count).Select(_ => Opaque.Uuid()).ToList();

        var answers = new List<Task<Response>>();
        foreach (var uuid in sent)
        {
            answers.Add(await a.Connection.Send("RequestAddMessage", conversation.Draft(uuid)));
        }

        var stored = (await Task.WhenAll(answers)).Select(reply => reply.Done().GetProperty("message").Number("created")).ToList();

        Expect.Equal(stored.Order().Distinct(), stored);
        foreach (var phone in new[] { b, c, second })
        {
            await phone.Hear(sent[^1]);
            var heard = phone.History.Entries().OfType<Notified>().Where(notified => notified.Type == ConversationSteps.AddedMessage)
                .Select(notified => notified.Payload.GetProperty("message")).Where(message => !message.Flag("isEvent")).Select(message => message.Text("uuid")!);
            Expect.Equal(sent, heard);
        }

        Expect.DoesNotContain(a.Connection.Inbox.Left(ConversationSteps.AddedMessage), left => !left.Payload.GetProperty("message").Flag("isEvent"));
    }

    private static async Task RequestsOfOneConnectionToOneConversationTakeEffectInTheOrderSent(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, creation) = a.Creation(isDialog: false, [], [b]);
        var message = Opaque.Uuid();

        Task<Response>[] answers =
        [
            await a.Connection.Send("RequestCreateConversationFull", creation),
            await a.Connection.Send("RequestAddMessage", conversation.Draft(message)),
            await a.Connection.Send("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = message }),
            await a.Connection.Send("RequestGetMessagesByUuids", new { conversationUuid = conversation.Uuid, uuids = new[] { message } }),
            await a.Connection.Send("RequestDeleteConversation", new { conversationUuid = conversation.Uuid }),
            await a.Connection.Send("RequestGetMembersList", new { conversationUuid = conversation.Uuid }),
        ];
        var replies = await Task.WhenAll(answers);

        Expect.All(replies[..5], reply => reply.Done());
        Expect.True(replies[3].Payload.Items("messages").Single().Flag("deleted"));
        replies[5].Refused("not_found");
    }
}
