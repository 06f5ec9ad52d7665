using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>A message or an event of a conversation, as one of its members sees it.</summary>
/// <param name="Created">Milliseconds since the Unix epoch; strictly increases inside a conversation.</param>
/// <param name="Readed">The asker's own view.</param>
/// <param name="UserNick">The author's encrypted nick in the conversation.</param>
/// <param name="EventType">One of <see cref="EventTypes"/>, or null.</param>
/// <param name="EventUserId">Whom the event is about, or null.</param>
/// <param name="Members">How many people it was for, the author included; likewise the two counters that follow.</param>
/// <param name="Deleted">Its body and iv are gone.</param>
/// <param name="Event">The same as <paramref name="IsEvent"/>, in RequestGetConversationsFull only.</param>
/// <param name="Kind">silent; missing on every other.</param>
/// <param name="Expires">From when on it is given as deleted, in milliseconds since the Unix epoch; missing where that is never.</param>
[GenerateSerializer, Immutable]
public sealed record Message(
    string Uuid, string ConversationUuid, string SessionKeyUuid, string UserId, string? IvBase64, string? BodyEncryptedBase64,
    long Created, bool HasFiles, bool Readed, string? UserNick, bool IsEvent, string? EventType, string? EventUserId,
    int Members, int ReadedMembers, int DeliveredMembers, bool Objectionable, bool Deleted, string? ReplyMessageUuid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Event = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? BodyOmitted = null,
    [property: OfFeature(Features.Hints), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Kind = null,
    [property: OfFeature(Features.Expiry), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? Expires = null);

/// <summary>How a message is told.</summary>
public static class MessageKinds
{
    /// <summary>As every message of the first edition.</summary>
    public const string Normal = "normal";

    /// <summary>Stored and told, and no more: no push, and it counts neither as unread nor for the order of the list.</summary>
    public const string Silent = "silent";

    /// <summary>Its push waits for nothing.</summary>
    public const string Urgent = "urgent";

    /// <summary>People up to whose number a message may be urgent.</summary>
    public const int MostUrged = 100;
}

/// <summary>What a message with <c>isEvent</c> tells.</summary>
public static class EventTypes
{
    public const string Added = "Added";
    public const string SessionKeyRegenerated = "SessionKeyRegenerated";
    public const string Leaved = "Leaved";
    public const string Kicked = "Kicked";
    public const string Renamed = "Renamed";
    public const string ChangedToAdmin = "ChangedToAdmin";
    public const string AvatarChanged = "AvatarChanged";
    public const string ExpiryChanged = "ExpiryChanged";
}

/// <summary>Sends a message; durable before it is answered. The same <c>messageUuid</c> again by its author gives the stored message.</summary>
/// <param name="MessageUuid">Made by the client: what makes a retry safe.</param>
/// <param name="SessionKeyUuid">A session key of this conversation.</param>
/// <param name="Kind">normal, silent or urgent; left out: normal.</param>
/// <param name="ExpireSeconds">5 to 31 536 000, counted from <c>created</c>; the smaller of it and the conversation's timer counts. Left out or 0: the timer alone.</param>
[GenerateSerializer, Immutable]
public sealed record RequestAddMessage(
    string? BodyEncryptedBase64, string ConversationUuid, bool HasFiles, string? IvBase64, string MessageUuid,
    string? ReplyMessageUuid, string SessionKeyUuid,
    [property: OfFeature(Features.Hints), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Kind = null,
    [property: OfFeature(Features.Expiry), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? ExpireSeconds = null) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.Uuid(MessageUuid, "messageUuid")
        ?? Shape.Uuid(SessionKeyUuid, "sessionKeyUuid")
        ?? Shape.OptionalUuid(ReplyMessageUuid, "replyMessageUuid")
        ?? (BodyEncryptedBase64 is null
            ? HasFiles ? null : Shape.Missing("bodyEncryptedBase64")
            : Shape.Base64(BodyEncryptedBase64, "bodyEncryptedBase64", Limits.BodyBytes))
        ?? (IvBase64 is null
            ? BodyEncryptedBase64 is null ? null : Shape.Missing("ivBase64")
            : Shape.OptionalText(IvBase64, "ivBase64", Limits.Label))
        ?? (Kind is null or MessageKinds.Normal or MessageKinds.Silent or MessageKinds.Urgent ? null : "kind must be normal, silent or urgent")
        ?? Shape.Expiry(ExpireSeconds ?? 0, "expireSeconds");
}

/// <summary>Answers <see cref="RequestAddMessage"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseAddedMessage(Message Message);

/// <summary>The <c>size</c> messages next after an anchor; without an anchor the newest.</summary>
/// <param name="Size">1 to 100.</param>
[GenerateSerializer, Immutable]
public sealed record RequestGetMessages(string ConversationUuid, string? FromMessageUuid, int Size) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.OptionalUuid(FromMessageUuid, "fromMessageUuid")
        ?? Shape.Between(Size, "size", 1, Limits.Page);
}

/// <summary>The <c>size</c> messages next before an anchor; without an anchor the newest.</summary>
/// <param name="Size">1 to 100.</param>
[GenerateSerializer, Immutable]
public sealed record RequestGetMessagesFromUuid(string ConversationUuid, int Size, string? Uuid) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.OptionalUuid(Uuid, "uuid")
        ?? Shape.Between(Size, "size", 1, Limits.Page);
}

/// <summary>Up to 100 messages by uuid; unknown ones are left out.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetMessagesByUuids(string ConversationUuid, string[] Uuids) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuids(Uuids, "uuids", Limits.Page);
}

/// <summary>Answers the three requests for messages: newest first.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseGetMessages(Message[] Messages);

/// <summary>A message reached the actor; idempotent, durable before <c>ok</c>.</summary>
[GenerateSerializer, Immutable]
public sealed record MessageDelivered(string ConversationUuid, string MessageUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuid(MessageUuid, "messageUuid");
}

/// <summary>The actor read messages; read implies delivered.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestMessagesReaded(string ConversationUuid, string[] MessageUuids) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuids(MessageUuids, "messageUuids", Limits.Marks);
}

/// <summary>The actor read everything in a conversation.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestMarkAllReaded(string ConversationUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid");
}

/// <summary>Deletes a message: its author, or a group's admin.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestDeleteMessage(string ConversationUuid, string Uuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuid(Uuid, "uuid");
}

/// <summary>Deletes messages, all or nothing.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestDeleteMessages(string ConversationUuid, string[] Uuids) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuids(Uuids, "uuids", Limits.Marks);
}

/// <summary>The actor is typing: told to the others' online devices, at most once in 2 s, never stored.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestTyping(string ConversationUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid");
}
