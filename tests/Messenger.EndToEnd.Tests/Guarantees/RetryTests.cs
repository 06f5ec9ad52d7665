using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Guarantees;

/// <summary>Guarantee 2: every write can be sent again after a lost answer.</summary>
public class RetryTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_message_whose_answer_was_lost_is_stored_once_and_told_once()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var draft = talk.Draft(Opaque.Uuid());
        var uuid = Uuid(draft);

        await a.Line.Send("RequestAddMessage", draft);
        await a.Line.Cut();
        (await a.Return(Server.WebSocket)).Done();
        var first = (await a.Ask("RequestAddMessage", draft)).Done();
        var second = (await a.Ask("RequestAddMessage", draft)).Done();

        Assert.Equal(first.GetRawText(), second.GetRawText());
        await b.Hear(uuid);
        await b.Hear((await a.Say(talk)).Text("uuid")!);
        Assert.DoesNotContain(b.Line.Inbox.Left(Talking.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", uuid));
        Assert.Single(await a.Log(talk), message => message.Is("uuid", uuid));
    }

    [Fact]
    public async Task A_retry_in_another_case_is_the_same_message_in_the_spelling_of_the_first()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var uuid = Opaque.Uuid();
        var first = await a.Say(talk, uuid.ToUpperInvariant());

        var second = await a.Say(talk, uuid);

        Assert.Equal(uuid.ToUpperInvariant(), second.Text("uuid"));
        Assert.Equal(first.Number("created"), second.Number("created"));
        Assert.Equal(first.Text("bodyEncryptedBase64"), second.Text("bodyEncryptedBase64"));
    }

    [Fact]
    public async Task Pipelined_retries_of_one_message_store_it_once()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var draft = talk.Draft();

        var answers = new List<Task<Reply>>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(await a.Line.Send("RequestAddMessage", draft));
        }

        var replies = await Task.WhenAll(answers);

        Assert.Single(replies.Select(reply => reply.Done().GetRawText()).Distinct());
        Assert.Single(await a.Log(talk), message => message.Is("uuid", Uuid(draft)));
    }

    [Fact]
    public async Task Every_other_write_can_be_sent_twice()
    {
        var (a, b, c) = await Three();
        var (talk, creation) = a.Creation(isDialog: false, [], [b]);
        await Twice(a, "RequestCreateConversationFull", creation);
        var message = (await a.Say(talk)).Text("uuid")!;
        await Twice(b, "MessageDelivered", new { conversationUuid = talk.Uuid, messageUuid = message });
        await Twice(b, "RequestMessagesReaded", new { conversationUuid = talk.Uuid, messageUuids = new[] { message } });
        await Twice(b, "RequestMarkAllReaded", new { conversationUuid = talk.Uuid });
        await Twice(a, "RequestAddMember", new { conversationUuid = talk.Uuid, sessionKeyUuid = talk.Key, sessionKeyValue = Opaque.Key(a.UserId, c.UserId) });
        await Twice(a, "RequestChangeToAdmin", new { conversationUuid = talk.Uuid, userId = c.UserId });
        await Twice(a, "AddBlackList", new { userId = b.UserId });
        await Twice(a, "RemoveBlackList", new { userId = b.UserId });
        await Twice(b, "AddMessageReport", new { conversationUuid = talk.Uuid, messageUuid = message, reason = "Spam" });
        await Twice(a, "RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid = message });
        await Twice(a, "RequestRenameConversation", new { conversationUuid = talk.Uuid, title = "the same" });

        var events = (await a.Log(talk)).Select(row => row.Text("eventType")).Where(type => type is not null);
        Assert.Equal(["Added", "Added", "ChangedToAdmin"], events.Where(type => type is "Added" or "ChangedToAdmin"));
    }

    private static async Task Twice(Phone phone, string type, object payload)
    {
        (await phone.Ask(type, payload)).Done();
        (await phone.Ask(type, payload)).Done();
    }

    private static string Uuid(object draft) => System.Text.Json.JsonSerializer.SerializeToElement(draft).Text("messageUuid")!;
}
