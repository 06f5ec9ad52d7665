using System.Text.Json;

namespace Messenger.Conformance.Phones;

/// <summary>A conversation, as the tests name it.</summary>
/// <param name="Key">The session key at its creation.</param>
public sealed record ConversationHandle(string Uuid, string Key, string CreatorId);

/// <summary>What people do in conversations, in one line each.</summary>
public static class ConversationSteps
{
    public const string AddedMessage = "NotificationAddedMessageToConversation";

    private const int Page = 100;

    public static Task<ConversationHandle> Dialog(this Phone me, Phone other) => me.Create(isDialog: true, admins: [other], members: []);

    public static Task<ConversationHandle> Group(this Phone me, params Phone[] members) => me.Create(isDialog: false, admins: [], members);

    public static async Task<ConversationHandle> Create(this Phone me, bool isDialog, Phone[] admins, Phone[] members)
    {
        var request = me.Creation(isDialog, admins, members);
        (await me.Ask("RequestCreateConversationFull", request.Payload)).Done();
        return request.Conversation;
    }

    /// <summary>A request to create a conversation, not sent yet.</summary>
    public static (ConversationHandle Conversation, object Payload) Creation(this Phone me, bool isDialog, Phone[] admins, Phone[] members)
    {
        var conversation = new ConversationHandle(Opaque.Uuid(), Opaque.Uuid(), me.UserId);
        return (conversation, new
        {
            admins = admins.ToDictionary(admin => admin.UserId, _ => Opaque.Base64(512)),
            conversationUuid = conversation.Uuid,
            isDialog,
            members = members.ToDictionary(member => member.UserId, _ => Opaque.Base64(512)),
            nickEncrypted = Opaque.Base64(40),
            sessionKeyUuid = conversation.Key,
            sessionKeyValue = Opaque.Key(me.UserId, me.UserId),
            title = isDialog ? null : Opaque.Base64(40),
        });
    }

    /// <summary>A message not sent yet: sent twice, it is the same one.</summary>
    public static object Draft(this ConversationHandle conversation, string? uuid = null, string? body = null, string? reply = null, string? key = null, bool hasFiles = false) => new
    {
        bodyEncryptedBase64 = body ?? Opaque.Base64(32),
        conversationUuid = conversation.Uuid,
        hasFiles,
        ivBase64 = Opaque.Base64(16),
        messageUuid = uuid ?? Opaque.Uuid(),
        replyMessageUuid = reply,
        sessionKeyUuid = key ?? conversation.Key,
    };

    /// <summary>Sends a message; returns it as it was stored.</summary>
    public static async Task<JsonElement> Say(this Phone me, ConversationHandle conversation, string? uuid = null, string? body = null, string? reply = null) =>
        (await me.Ask("RequestAddMessage", conversation.Draft(uuid, body, reply))).Done().GetProperty("message");

    /// <summary>Says so many messages, pipelined, and waits until all are acknowledged; their uuids in that order.</summary>
    public static async Task<List<string>> SayMany(this Phone me, ConversationHandle conversation, int count)
    {
        // A connection's requests are bounded: answers are awaited in runs.
        const int Run = 200;
        var uuids = Enumerable.Range(0, count).Select(_ => Opaque.Uuid()).ToList();
        foreach (var run in uuids.Chunk(Run))
        {
            var answers = new List<Task<Response>>();
            foreach (var uuid in run)
            {
                answers.Add(await me.Connection.Send("RequestAddMessage", conversation.Draft(uuid)));
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
    public static async Task<JsonElement> HearEvent(this Phone me, ConversationHandle conversation, string eventType) => (await me.Notified(AddedMessage, notified =>
        notified.Payload.GetProperty("message").Is("conversationUuid", conversation.Uuid) && notified.Payload.GetProperty("message").Text("eventType") == eventType))
        .Payload.GetProperty("message");

    public static Task<Response> Do(this Phone me, string type, ConversationHandle conversation) => me.Ask(type, new { conversationUuid = conversation.Uuid });

    public static Task<Response> Deliver(this Phone me, ConversationHandle conversation, string messageUuid) =>
        me.Ask("MessageDelivered", new { conversationUuid = conversation.Uuid, messageUuid });

    public static Task<Response> Read(this Phone me, ConversationHandle conversation, params string[] messageUuids) =>
        me.Ask("RequestMessagesReaded", new { conversationUuid = conversation.Uuid, messageUuids });

    public static Task<Response> Leave(this Phone me, ConversationHandle conversation) => me.Do("RequestLeaveConversation", conversation);

    public static Task<Response> Kick(this Phone me, ConversationHandle conversation, Phone whom) => me.Ask("RequestKickUser", new { conversationUuid = conversation.Uuid, userId = whom.UserId });

    public static Task<Response> AddMember(this Phone me, ConversationHandle conversation, Phone whom, string type = "RequestAddMember", string? key = null) =>
        me.Ask(type, new { conversationUuid = conversation.Uuid, sessionKeyUuid = key ?? conversation.Key, sessionKeyValue = Opaque.Key(me.UserId, whom.UserId) });

    public static async Task<JsonElement> Conversation(this Phone me, ConversationHandle conversation) =>
        (await me.Ask("RequestGetConversationFull", new { conversationUuid = conversation.Uuid, userId = (string?)null })).Done();

    /// <summary>What is newer than an anchor, newest first.</summary>
    public static async Task<JsonElement[]> Newer(this Phone me, ConversationHandle conversation, string? fromMessageUuid, int size = Page) =>
        (await me.Ask("RequestGetMessages", new { conversationUuid = conversation.Uuid, fromMessageUuid, size })).Done().Items("messages");

    /// <summary>What is older than an anchor, newest first.</summary>
    public static async Task<JsonElement[]> Older(this Phone me, ConversationHandle conversation, string? uuid, int size = Page) =>
        (await me.Ask("RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, size, uuid })).Done().Items("messages");

    /// <summary>The whole conversation as this person sees it, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Log(this Phone me, ConversationHandle conversation)
    {
        var all = new List<JsonElement>();
        string? anchor = null;
        while (true)
        {
            var page = await me.Older(conversation, anchor);
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
