using System.Text.Json;

namespace Messenger.Conformance.Phones;

/// <summary>A conversation, as the tests name it.</summary>
/// <param name="Key">The session key at its creation.</param>
public sealed record Talk(string Uuid, string Key, string CreatorId);

/// <summary>What people do in conversations, in one line each.</summary>
public static class Talking
{
    public const string AddedMessage = "NotificationAddedMessageToConversation";

    private const int Page = 100;

    public static Task<Talk> Dialog(this Phone me, Phone other) => me.Create(isDialog: true, admins: [other], members: []);

    public static Task<Talk> Group(this Phone me, params Phone[] members) => me.Create(isDialog: false, admins: [], members);

    public static async Task<Talk> Create(this Phone me, bool isDialog, Phone[] admins, Phone[] members)
    {
        var request = me.Creation(isDialog, admins, members);
        (await me.Ask("RequestCreateConversationFull", request.Payload)).Done();
        return request.Talk;
    }

    /// <summary>A request to create a conversation, not sent yet.</summary>
    public static (Talk Talk, object Payload) Creation(this Phone me, bool isDialog, Phone[] admins, Phone[] members)
    {
        var talk = new Talk(Opaque.Uuid(), Opaque.Uuid(), me.UserId);
        return (talk, new
        {
            admins = admins.ToDictionary(admin => admin.UserId, _ => Opaque.Base64(512)),
            conversationUuid = talk.Uuid,
            isDialog,
            members = members.ToDictionary(member => member.UserId, _ => Opaque.Base64(512)),
            nickEncrypted = Opaque.Base64(40),
            sessionKeyUuid = talk.Key,
            sessionKeyValue = Opaque.Key(me.UserId, me.UserId),
            title = isDialog ? null : Opaque.Base64(40),
        });
    }

    /// <summary>A message not sent yet: sent twice, it is the same one.</summary>
    public static object Draft(this Talk talk, string? uuid = null, string? body = null, string? reply = null, string? key = null, bool hasFiles = false) => new
    {
        bodyEncryptedBase64 = body ?? Opaque.Base64(32),
        conversationUuid = talk.Uuid,
        hasFiles,
        ivBase64 = Opaque.Base64(16),
        messageUuid = uuid ?? Opaque.Uuid(),
        replyMessageUuid = reply,
        sessionKeyUuid = key ?? talk.Key,
    };

    /// <summary>Sends a message; returns it as it was stored.</summary>
    public static async Task<JsonElement> Say(this Phone me, Talk talk, string? uuid = null, string? body = null, string? reply = null) =>
        (await me.Ask("RequestAddMessage", talk.Draft(uuid, body, reply))).Done().GetProperty("message");

    /// <summary>Says so many messages, pipelined, and waits until all are acknowledged; their uuids in that order.</summary>
    public static async Task<List<string>> SayMany(this Phone me, Talk talk, int count)
    {
        // A connection's requests are bounded: answers are awaited in runs.
        const int Run = 200;
        var uuids = Enumerable.Range(0, count).Select(_ => Opaque.Uuid()).ToList();
        foreach (var run in uuids.Chunk(Run))
        {
            var answers = new List<Task<Reply>>();
            foreach (var uuid in run)
            {
                answers.Add(await me.Line.Send("RequestAddMessage", talk.Draft(uuid)));
            }

            foreach (var answer in answers)
            {
                (await answer).Done();
            }
        }

        return uuids;
    }

    /// <summary>Waits for a message of another's.</summary>
    public static async Task<JsonElement> Hear(this Phone me, string messageUuid) =>
        (await me.Notified(AddedMessage, notified => notified.Payload.GetProperty("message").Is("uuid", messageUuid))).Payload.GetProperty("message");

    /// <summary>Waits for an event of this type in the conversation.</summary>
    public static async Task<JsonElement> HearEvent(this Phone me, Talk talk, string eventType) => (await me.Notified(AddedMessage, notified =>
        notified.Payload.GetProperty("message").Is("conversationUuid", talk.Uuid) && notified.Payload.GetProperty("message").Text("eventType") == eventType))
        .Payload.GetProperty("message");

    public static Task<Reply> Do(this Phone me, string type, Talk talk) => me.Ask(type, new { conversationUuid = talk.Uuid });

    public static Task<Reply> Deliver(this Phone me, Talk talk, string messageUuid) =>
        me.Ask("MessageDelivered", new { conversationUuid = talk.Uuid, messageUuid });

    public static Task<Reply> Read(this Phone me, Talk talk, params string[] messageUuids) =>
        me.Ask("RequestMessagesReaded", new { conversationUuid = talk.Uuid, messageUuids });

    public static Task<Reply> Leave(this Phone me, Talk talk) => me.Do("RequestLeaveConversation", talk);

    public static Task<Reply> Kick(this Phone me, Talk talk, Phone whom) => me.Ask("RequestKickUser", new { conversationUuid = talk.Uuid, userId = whom.UserId });

    public static Task<Reply> AddMember(this Phone me, Talk talk, Phone whom, string type = "RequestAddMember", string? key = null) =>
        me.Ask(type, new { conversationUuid = talk.Uuid, sessionKeyUuid = key ?? talk.Key, sessionKeyValue = Opaque.Key(me.UserId, whom.UserId) });

    public static async Task<JsonElement> Conversation(this Phone me, Talk talk) =>
        (await me.Ask("RequestGetConversationFull", new { conversationUuid = talk.Uuid, userId = (string?)null })).Done();

    /// <summary>What is newer than an anchor, newest first.</summary>
    public static async Task<JsonElement[]> Newer(this Phone me, Talk talk, string? fromMessageUuid, int size = Page) =>
        (await me.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, fromMessageUuid, size })).Done().Items("messages");

    /// <summary>What is older than an anchor, newest first.</summary>
    public static async Task<JsonElement[]> Older(this Phone me, Talk talk, string? uuid, int size = Page) =>
        (await me.Ask("RequestGetMessagesFromUuid", new { conversationUuid = talk.Uuid, size, uuid })).Done().Items("messages");

    /// <summary>The whole conversation as this person sees it, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Log(this Phone me, Talk talk)
    {
        var all = new List<JsonElement>();
        string? anchor = null;
        while (true)
        {
            var page = await me.Older(talk, anchor);
            all.AddRange(page);
            if (page.Length < Page)
            {
                all.Reverse();
                return all;
            }

            anchor = page[^1].Text("uuid");
        }
    }
}
