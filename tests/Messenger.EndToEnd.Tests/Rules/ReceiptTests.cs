using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Delivered, read, and what is still unread.</summary>
public class ReceiptTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Delivered_then_read_is_counted_once_each_and_told_to_the_author_and_the_actors_other_devices()
    {
        var (a, b) = await Two();
        var b2 = await Second(b);
        var talk = await a.Dialog(b);
        var uuid = (await a.Say(talk)).Text("uuid")!;

        (await b.Deliver(talk, uuid)).Done();
        (await b.Deliver(talk, uuid)).Done();
        foreach (var phone in new[] { a, b2 })
        {
            await Counted(phone, uuid, readed: 1, delivered: 2);
        }

        (await b.Read(talk, uuid.ToUpperInvariant())).Done();
        foreach (var phone in new[] { a, b2 })
        {
            await Counted(phone, uuid, readed: 2, delivered: 2);
        }

        Assert.True((await b.Log(talk)).Single(message => message.Is("uuid", uuid)).Flag("readed"));
    }

    [Fact]
    public async Task Read_implies_delivered()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var uuid = (await a.Say(talk)).Text("uuid")!;

        (await b.Read(talk, uuid)).Done();

        await Counted(a, uuid, readed: 2, delivered: 2);
    }

    [Fact]
    public async Task The_author_counts_from_the_start_and_never_twice()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var uuid = (await a.Say(talk)).Text("uuid")!;

        (await a.Deliver(talk, uuid)).Done();
        (await a.Read(talk, uuid)).Done();

        var row = (await b.Log(talk)).Single(message => message.Is("uuid", uuid));
        Assert.Equal((1, 1), (row.Number("readedMembers"), row.Number("deliveredMembers")));
    }

    [Fact]
    public async Task Unread_counts_the_messages_of_others_that_are_no_events_and_not_deleted()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var said = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            said.Add((await a.Say(talk)).Text("uuid")!);
        }

        await b.Say(talk);
        Assert.Equal((5, said[0]), await Unread(b, talk));
        (await b.Read(talk, said[0], said[2])).Done();
        Assert.Equal((3, said[1]), await Unread(b, talk));
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid = said[1] })).Done();
        Assert.Equal((2, said[3]), await Unread(b, talk));
        (await b.Do("RequestMarkAllReaded", talk)).Done();
        Assert.Equal((0, null), await Unread(b, talk));
        var mine = await Unread(a, talk);
        Assert.Equal(1, mine.Count);
    }

    [Fact]
    public async Task All_are_read_at_once_and_the_author_is_told_of_the_newest_hundred_at_most()
    {
        const int Count = 120;
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var answers = new List<Task<Reply>>();
        for (var i = 0; i < Count; i++)
        {
            answers.Add(await a.Line.Send("RequestAddMessage", talk.Draft()));
        }

        var said = (await Task.WhenAll(answers)).Select(reply => reply.Done().GetProperty("message").Text("uuid")!).ToList();

        (await b.Do("RequestMarkAllReaded", talk)).Done();

        await Counted(a, said[^1], readed: 2, delivered: 2);
        Assert.All((await a.Log(talk)).Where(message => !message.Flag("isEvent")), message => Assert.Equal(2, message.Number("readedMembers")));
        await a.Hear((await b.Say(talk)).Text("uuid")!);
        Assert.InRange(a.Line.Inbox.Left("UpdatedMessageNotification").Count, 1, 101);
    }

    [Fact]
    public async Task Conversations_are_synchronised_in_one_answer_newest_first()
    {
        var (a, b, c) = await Three();
        var first = await a.Dialog(b);
        var second = await c.Group(b);
        var unread = (await a.Say(first)).Text("uuid")!;

        var sync = (await b.Ask("RequestGetConversationsFull", new { userId = b.UserId })).Done();

        Assert.Equal([first.Uuid, second.Uuid], sync.Items("conversations").Select(item => item.Text("uuid")));
        Assert.Equal([true, false], sync.Items("conversations").Select(item => item.Flag("dialog")));
        Assert.Equal([unread], sync.Texts("firstUnreadMessageUuid"));
        Assert.Equal(2, sync.Items("lastMessages").Length);
        Assert.Equal(2, sync.Items("sessionKeys").Length);
        Assert.Equal(new[] { a.UserId, b.UserId, c.UserId }.Order(), sync.Items("members").Select(item => item.Text("userId")!).Order());
        Assert.All(sync.Items("members"), member => Assert.True(member.IsNull("publicKeyBase64") && member.IsNull("privateKeyEncryptedBase64")));
        (await b.Ask("RequestGetConversationsFull", new { userId = a.UserId })).Refused("forbidden");
    }

    private static async Task Counted(Phone phone, string uuid, int readed, int delivered)
    {
        var told = await phone.Notified("UpdatedMessageNotification", notified =>
            notified.Payload.Is("uuid", uuid) && notified.Payload.Number("readedMembers") == readed && notified.Payload.Number("deliveredMembers") == delivered);
        Assert.Equal(2, told.Payload.Number("members"));
    }

    private static async Task<(long Count, string? First)> Unread(Phone phone, Talk talk)
    {
        var sync = (await phone.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done();
        var count = sync.Items("conversations").Single(item => item.Is("uuid", talk.Uuid)).Number("unreadedCounter");
        Assert.Equal(count, (await phone.Conversation(talk)).GetProperty("conversation").Number("unreadedCounter"));
        return (count, sync.Texts("firstUnreadMessageUuid").SingleOrDefault());
    }
}
