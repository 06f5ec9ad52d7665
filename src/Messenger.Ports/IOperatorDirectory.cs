namespace Messenger.Ports;

/// <summary>Users, conversations and messages as the operator sees them: what is known about them, and never what is in them.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IOperatorDirectory
{
    /// <summary>Registered users in the order of their ids.</summary>
    /// <param name="part">Letters that stand in the id; null for all. A part in the middle of an id reads every row.</param>
    /// <param name="after">The id that the last page ended with; null to begin.</param>
    Task<IReadOnlyList<UserSummary>> Users(string? part, string? after, int size);

    /// <summary>Null when there is none; one that was deleted is shown as such.</summary>
    /// <param name="people">Members at most, those who are there now first.</param>
    Task<ConversationSummary?> Conversation(Guid conversation, int people);

    /// <summary>Null when there is none.</summary>
    Task<MessageSummary?> Message(Guid conversation, Guid uuid);

    /// <summary>Pushes that wait, the one that is due first before the others.</summary>
    /// <param name="after">Where the last page ended; null to begin.</param>
    Task<IReadOnlyList<QueuedPush>> PushQueue((long Due, Guid Id)? after, int size);
}

/// <summary>A registered user. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Reports">How often somebody reported this user, or a message of theirs.</param>
public sealed record UserSummary(string UserId, bool Suspended, long Created, long LastLogin, bool HasKeys, long Reports);

/// <summary>A conversation without its title, keys and texts.</summary>
/// <param name="Messages">Events and deleted ones included.</param>
/// <param name="Bytes">Of the ciphertexts that are there.</param>
/// <param name="MemberCount">Those who are there now; <paramref name="People"/> may be fewer, and names former ones too.</param>
public sealed record ConversationSummary(
    Guid Conversation, bool IsDialog, string CreatorId, long Created, bool Deleted, bool HasAvatar, long Messages, long Bytes, long Files, long Reports,
    long MemberCount, IReadOnlyList<PersonSummary> People);

/// <summary>Somebody in a conversation.</summary>
/// <param name="Present">False for one who left or was removed.</param>
/// <param name="Reports">As <see cref="UserSummary.Reports"/>, everywhere.</param>
public sealed record PersonSummary(string UserId, bool IsAdmin, bool Present, long Reports);

/// <summary>A message without its text.</summary>
/// <param name="Bytes">Of the ciphertext.</param>
/// <param name="Reports">How often this message was reported.</param>
public sealed record MessageSummary(
    Guid Conversation, string Uuid, long Sequence, string AuthorId, long Created, string? EventType, bool Deleted, bool Objectionable, bool HasFiles,
    long Bytes, long Files, long Reports);
