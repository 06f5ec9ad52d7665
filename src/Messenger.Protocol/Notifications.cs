namespace Messenger.Protocol;

/// <summary>Somebody was added to a conversation; one per person added.</summary>
/// <param name="Conversation">Without its roster, as in the seed: ask with <see cref="RequestGetConversationFull"/>.</param>
/// <param name="UserId">Who was added.</param>
public sealed record NotificationAddMemberToConversation(Conversation Conversation, string UserId) : INotification;

/// <summary>A message or an event joined a conversation.</summary>
public sealed record NotificationAddedMessageToConversation(Message Message) : INotification;

/// <summary>A conversation was re-keyed; each named member gets its own wrapped key.</summary>
public sealed record NotificationNewSessionKey(SessionKey SessionKey) : INotification;

/// <summary>A conversation was deleted.</summary>
public sealed record NotificationConversationDeleted(string Uuid) : INotification;

/// <summary>Somebody left a conversation or was kicked.</summary>
public sealed record NotificationConversationLeaved(string Uuid, string UserId) : INotification;

/// <summary>A message's counters or flags changed.</summary>
public sealed record UpdatedMessageNotification(
    string Uuid, string ConversationUuid, int Members, int ReadedMembers, int DeliveredMembers, bool Objectionable, bool Deleted) : INotification;

/// <summary>A message was deleted.</summary>
/// <param name="UserId">Who deleted it.</param>
public sealed record DeleteMessageNotification(string ConversationUuid, string MessageUuid, string UserId) : INotification;

/// <summary>A file of a message can be fetched.</summary>
/// <param name="DownloadUrl">Signed, valid for one hour.</param>
public sealed record FileReadyNotification(string DownloadUrl, string ConversationUuid, string MessageUuid) : INotification;

/// <summary>Another application of this user authenticated.</summary>
public sealed record AuthenticationByApplicationNotification(ApplicationInfo Application) : INotification;

/// <summary>Somebody who shares a conversation has a new key pair.</summary>
/// <param name="ConversationUuid">Always null.</param>
/// <param name="KeyBase64">The public key in PEM.</param>
public sealed record NotificationNewPublicKey(string UserId, string? ConversationUuid, string KeyBase64) : INotification;

/// <summary>Another device of this user changed a contact.</summary>
public sealed record UpdateContactNotification(string UserId, string ContactId) : INotification;

/// <summary>A conversation has a new avatar, or none any more.</summary>
/// <param name="AvatarUpdated">Milliseconds since the Unix epoch.</param>
public sealed record ConversationAvatarChangedNotification(string ConversationUuid, long AvatarUpdated) : INotification;

/// <summary>A conversation was renamed.</summary>
public sealed record NotificationRenameConversation(string ConversationUuid, string? Title) : INotification;

/// <summary>A member has a new nick in a conversation: ask with <see cref="GetNicks"/>.</summary>
public sealed record ConversationNickUpdatedNotification(string ConversationUuid, string UserId) : INotification;

/// <summary>Somebody is typing. Never replayed: it carries no cursor.</summary>
public sealed record NotificationTyping(string ConversationUuid, string UserId) : INotification;
