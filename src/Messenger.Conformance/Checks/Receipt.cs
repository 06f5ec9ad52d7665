using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Delivered, read, and what is still unread.</summary>
internal static class ReceiptChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Delivered then read is counted once each and told to the author and the actor's other devices", ["RCP-1", "RCP-3"], DeliveredThenReadIsCountedOnceEachAndToldToTheAuthorAndTheActorsOtherDevices),
        new("A receipt of what is not there is not found", ["RCP-2", "ERR-2"], AReceiptOfWhatIsNotThereIsNotFound),
        new("Read implies delivered", ["RCP-1"], ReadImpliesDelivered),
        new("The author counts from the start and never twice", ["RCP-1"], TheAuthorCountsFromTheStartAndNeverTwice),
        new("Unread counts the messages of others that are no events and not deleted", ["SYNC-2", "CONV-5"], UnreadCountsTheMessagesOfOthersThatAreNoEventsAndNotDeleted),
        new("All are read at once and the author is told of the newest hundred at most", ["RCP-3", "RCP-4"], AllAreReadAtOnceAndTheAuthorIsToldOfTheNewestHundredAtMost),
        new("Conversations are synchronised in one answer newest first", ["CONV-5", "SYNC-2", "CONV-6", "FMT-6"], ConversationsAreSynchronisedInOneAnswerNewestFirst),
    ];

    private static async Task DeliveredThenReadIsCountedOnceEachAndToldToTheAuthorAndTheActorsOtherDevices(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var b2 = await fixture.Second(b);
        var conversation = await a.Dialog(b);
        var uuid = (await a.Say(conversation)).Text("uuid")!;

        (await b.Deliver(conversation, uuid)).Done();
        (await b.Deliver(conversation, uuid)).Done();
        foreach (var phone in new[] { a, b2 })
        {
            await Counted(phone, uuid, readed: 1, delivered: 2);
        }

        (await b.Read(conversation, uuid.ToUpperInvariant())).Done();
        foreach (var phone in new[] { a, b2 })
        {
            await Counted(phone, uuid, readed: 2, delivered: 2);
        }

        Expect.True((await b.Log(conversation)).Single(message => message.Is("uuid", uuid)).Flag("readed"));
    }

    private static async Task AReceiptOfWhatIsNotThereIsNotFound(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        var before = (await a.Say(conversation)).Text("uuid")!;
        (await a.AddMember(conversation, c)).Done();

        (await b.Deliver(conversation, Opaque.Uuid())).Refused("not_found");
        (await b.Read(conversation, Opaque.Uuid())).Refused("not_found");
        (await c.Deliver(conversation, before)).Refused("not_found");
        (await c.Read(conversation, before)).Refused("not_found");
        Expect.Equal(1, Expect.Single(await a.Log(conversation), message => message.Is("uuid", before)).Number("deliveredMembers"));
    }

    private static async Task ReadImpliesDelivered(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var uuid = (await a.Say(conversation)).Text("uuid")!;

        (await b.Read(conversation, uuid)).Done();

        await Counted(a, uuid, readed: 2, delivered: 2);
    }

    private static async Task TheAuthorCountsFromTheStartAndNeverTwice(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var uuid = (await a.Say(conversation)).Text("uuid")!;

        (await a.Deliver(conversation, uuid)).Done();
        (await a.Read(conversation, uuid)).Done();

        var row = (await b.Log(conversation)).Single(message => message.Is("uuid", uuid));
        Expect.Equal((1, 1), (row.Number("readedMembers"), row.Number("deliveredMembers")));
    }

    private static async Task UnreadCountsTheMessagesOfOthersThatAreNoEventsAndNotDeleted(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var said = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            said.Add((await a.Say(conversation)).Text("uuid")!);
        }

        await b.Say(conversation);
        Expect.Equal((5, said[0]), await Unread(b, conversation));
        (await b.Read(conversation, said[0], said[2])).Done();
        Expect.Equal((3, said[1]), await Unread(b, conversation));
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = said[1] })).Done();
        Expect.Equal((2, said[3]), await Unread(b, conversation));
        (await b.Do("RequestMarkAllReaded", conversation)).Done();
        Expect.Equal((0, null), await Unread(b, conversation));
        var mine = await Unread(a, conversation);
        Expect.Equal(1, mine.Count);
    }

    private static async Task AllAreReadAtOnceAndTheAuthorIsToldOfTheNewestHundredAtMost(CheckFixture fixture)
    {
        const int Count = 120;
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var answers = new List<Task<Response>>();
        for (var i = 0; i < Count; i++)
        {
            answers.Add(await a.Connection.Send("RequestAddMessage", conversation.Draft()));
        }

        var said = (await Task.WhenAll(answers)).Select(reply => reply.Done().GetProperty("message").Text("uuid")!).ToList();

        (await b.Do("RequestMarkAllReaded", conversation)).Done();

        await Counted(a, said[^1], readed: 2, delivered: 2);
        Expect.All((await a.Log(conversation)).Where(message => !message.Flag("isEvent")), message => Expect.Equal(2, message.Number("readedMembers")));
        await a.Hear((await b.Say(conversation)).Text("uuid")!);
        Expect.InRange(a.Connection.Inbox.Left("UpdatedMessageNotification").Count, 1, 101);
    }

    private static async Task ConversationsAreSynchronisedInOneAnswerNewestFirst(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var first = await a.Dialog(b);
        var second = await c.Group(b);
        var unread = (await a.Say(first)).Text("uuid")!;

        var sync = (await b.Ask("RequestGetConversationsFull", new { userId = b.UserId })).Done();

        // Both may be of the same millisecond.
        var listed = sync.Items("conversations");
        Expect.Equal(new[] { first.Uuid, second.Uuid }.Order(), listed.Select(item => item.Text("uuid")!).Order());
        Expect.Equal(listed.Select(item => item.Number("lastMessage")).OrderDescending(), listed.Select(item => item.Number("lastMessage")));
        Expect.All(listed, item => Expect.Equal(item.Is("uuid", first.Uuid), item.Flag("dialog")));
        Expect.Equal([unread], sync.Texts("firstUnreadMessageUuid"));
        Expect.Equal(2, sync.Items("lastMessages").Length);
        Expect.Equal(2, sync.Items("sessionKeys").Length);
        Expect.Equal(new[] { a.UserId, b.UserId, c.UserId }.Order(), sync.Items("members").Select(item => item.Text("userId")!).Order());
        Expect.All(sync.Items("members"), member => Expect.True(member.IsNull("publicKeyBase64") && member.IsNull("privateKeyEncryptedBase64")));
        (await b.Ask("RequestGetConversationsFull", new { userId = a.UserId })).Refused("forbidden");
    }

    private static async Task Counted(Phone phone, string uuid, int readed, int delivered)
    {
        var told = await phone.Notified("UpdatedMessageNotification", notified =>
            notified.Payload.Is("uuid", uuid) && notified.Payload.Number("readedMembers") == readed && notified.Payload.Number("deliveredMembers") == delivered);
        Expect.Equal(2, told.Payload.Number("members"));
    }

    private static async Task<(long Count, string? First)> Unread(Phone phone, ConversationHandle conversation)
    {
        var sync = (await phone.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done();
        var count = sync.Items("conversations").Single(item => item.Is("uuid", conversation.Uuid)).Number("unreadedCounter");
        Expect.Equal(count, (await phone.Conversation(conversation)).GetProperty("conversation").Number("unreadedCounter"));
        return (count, sync.Texts("firstUnreadMessageUuid").SingleOrDefault());
    }
}
