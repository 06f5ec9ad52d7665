using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Sending, reading and deleting messages.</summary>
public class MessageTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_message_is_stored_as_it_was_sent_and_told_the_same()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);

        var stored = await a.Say(talk, body: "V+Srn1w=");
        var heard = await b.Hear(stored.Text("uuid")!);

        Assert.Equal(stored.GetRawText(), heard.GetRawText());
        Assert.Equal("V+Srn1w=", stored.Text("bodyEncryptedBase64"));
        Assert.False(stored.Flag("readed"));
        Assert.Equal((2, 1, 1), (stored.Number("members"), stored.Number("readedMembers"), stored.Number("deliveredMembers")));
        Assert.True((await a.Log(talk)).Single(message => message.Is("uuid", stored.Text("uuid")!)).Flag("readed"));
        Assert.False((await b.Log(talk)).Single(message => message.Is("uuid", stored.Text("uuid")!)).Flag("readed"));
    }

    [Fact]
    public async Task It_goes_to_every_device_but_the_one_that_sent_it()
    {
        var (a, b) = await Two();
        var (a2, b2) = (await Second(a), await Second(b));
        var talk = await a.Dialog(b);

        var uuid = (await a.Say(talk)).Text("uuid")!;
        var next = (await b.Say(talk)).Text("uuid")!;

        foreach (var phone in new[] { b, b2, a2 })
        {
            await phone.Hear(uuid);
        }

        await a.Hear(next);
        Assert.DoesNotContain(a.Line.Inbox.Left(Talking.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", uuid));
    }

    [Fact]
    public async Task The_uuid_of_anothers_message_is_a_conflict()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var uuid = (await a.Say(talk)).Text("uuid")!;

        (await b.Ask("RequestAddMessage", talk.Draft(uuid.ToUpperInvariant()))).Refused("conflict");
    }

    [Fact]
    public async Task The_session_key_and_the_message_replied_to_must_be_of_the_conversation()
    {
        var (a, b) = await Two();
        var (talk, other) = (await a.Dialog(b), await a.Group(b));
        var (here, there) = ((await a.Say(talk)).Text("uuid")!, (await a.Say(other)).Text("uuid")!);

        Assert.NotEqual("ok", (await a.Ask("RequestAddMessage", talk.Draft(key: other.Key))).Status ?? "ok");
        Assert.NotEqual("ok", (await a.Ask("RequestAddMessage", talk.Draft(reply: there))).Status ?? "ok");
        Assert.Equal(here, (await a.Say(talk, reply: here)).Text("replyMessageUuid"));
    }

    [Fact]
    public async Task A_body_has_at_most_64_KiB()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);

        await b.Hear((await a.Say(talk, body: Opaque.Base64(64 * 1024))).Text("uuid")!);
        (await a.Ask("RequestAddMessage", talk.Draft(body: Opaque.Base64((64 * 1024) + 3)))).Refused("bad_request");
    }

    [Fact]
    public async Task A_message_is_deleted_by_its_author_or_a_groups_admin_and_its_row_stays()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b, c);
        var (first, second) = ((await b.Say(talk)).Text("uuid")!, (await b.Say(talk)).Text("uuid")!);

        (await c.Ask("RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid = first })).Refused("forbidden");
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid = first })).Done();
        (await a.Ask("RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid = second })).Done();

        var told = await c.Notified("DeleteMessageNotification", notified => notified.Payload.Is("messageUuid", second));
        Assert.Equal(a.UserId, told.Payload.Text("userId"));
        foreach (var row in (await c.Log(talk)).Where(message => !message.Flag("isEvent")))
        {
            Assert.True(row.Flag("deleted") && row.IsNull("bodyEncryptedBase64") && row.IsNull("ivBase64"));
        }
    }

    [Fact]
    public async Task In_a_dialog_nobody_deletes_the_others_message()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var uuid = (await a.Say(talk)).Text("uuid")!;

        (await b.Ask("RequestDeleteMessage", new { conversationUuid = talk.Uuid, uuid })).Refused("forbidden");
    }

    [Fact]
    public async Task Many_messages_are_deleted_all_or_none()
    {
        var (a, b) = await Two();
        var talk = await a.Group(b);
        var (mine, theirs) = ((await b.Say(talk)).Text("uuid")!, (await a.Say(talk)).Text("uuid")!);

        (await b.Ask("RequestDeleteMessages", new { conversationUuid = talk.Uuid, uuids = new[] { mine, theirs } })).Refused("forbidden");
        (await b.Ask("RequestDeleteMessages", new { conversationUuid = talk.Uuid, uuids = new[] { mine, Opaque.Uuid() } })).Refused("not_found");
        Assert.DoesNotContain(await a.Log(talk), message => message.Flag("deleted"));

        (await a.Ask("RequestDeleteMessages", new { conversationUuid = talk.Uuid, uuids = new[] { mine, theirs } })).Done();
        Assert.Equal(2, (await a.Log(talk)).Count(message => message.Flag("deleted")));
    }

    [Fact]
    public async Task Typing_reaches_the_others_without_a_cursor_and_is_never_replayed()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        await b.Hear((await a.Say(talk)).Text("uuid")!);

        (await a.Do("RequestTyping", talk)).Done();
        (await a.Do("RequestTyping", talk)).Done();

        var told = await b.Notified("NotificationTyping");
        Assert.Equal((talk.Uuid, a.UserId), (told.Payload.Text("conversationUuid"), told.Payload.Text("userId")));
        await b.Hear((await a.Say(talk)).Text("uuid")!);
        Assert.Empty(b.Line.Inbox.Left("NotificationTyping"));
        await b.Line.Cut();
        var uuid = (await a.Say(talk)).Text("uuid")!;
        await b.Return(Server.WebSocket);
        await b.Hear(uuid);
        Assert.Empty(b.Line.Inbox.Left("NotificationTyping"));
    }

    [Fact]
    public async Task A_reported_message_becomes_objectionable_and_everybody_is_told()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b, c);
        var uuid = (await a.Say(talk)).Text("uuid")!;

        (await b.Ask("AddMessageReport", new { conversationUuid = talk.Uuid, messageUuid = uuid, reason = "Spam" })).Done();
        (await b.Ask("AddMessageReport", new { conversationUuid = talk.Uuid, messageUuid = uuid, reason = "Spam" })).Done();

        await a.Notified("UpdatedMessageNotification", notified => notified.Payload.Is("uuid", uuid) && notified.Payload.Flag("objectionable"));
        Assert.True((await c.Log(talk)).Single(message => message.Is("uuid", uuid)).Flag("objectionable"));
        (await b.Ask("AddUserReport", new { reason = "Spam", userId = a.UserId })).Done();
        (await b.Ask("AddConversationReport", new { conversationUuid = talk.Uuid, reason = "Spam" })).Done();
    }

    [Fact]
    public async Task A_message_without_files_has_an_empty_list()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        var messageUuid = (await a.Say(talk)).Text("uuid")!;

        foreach (var type in new[] { "RequestGetFiles", "RequestGetFilesFast" })
        {
            Assert.Empty((await b.Ask(type, new { conversationUuid = talk.Uuid, messageUuid })).Done().Items("files"));
            (await b.Ask(type, new { conversationUuid = talk.Uuid, messageUuid = Opaque.Uuid() })).Refused("not_found");
        }
    }
}
