namespace Messenger.Ports;

/// <summary>A message or an event.</summary>
/// <param name="Sequence">Ascending inside the conversation from 1; there may be holes.</param>
/// <param name="UuidText">The uuid as its creator spelled it.</param>
/// <param name="SessionKey">As the author spelled it.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
public sealed record MessageRow(
    long Sequence, Guid Uuid, string UuidText, string UserId, string SessionKey, string? Iv, string? Body, long Created,
    bool HasFiles, string? EventType, string? EventUserId, bool Objectionable, bool Deleted, string? ReplyUuid)
{
    public bool IsEvent => EventType is not null;
}

/// <summary>Marks a row deleted (body and iv go, and its files become garbage) or objectionable.</summary>
public sealed record MessageMark(long Sequence, bool Deleted, bool Objectionable);

/// <summary>A conversation.</summary>
/// <param name="UuidText">As its creator spelled it.</param>
/// <param name="CreatorId">Who created it: a retry by the same user returns what exists.</param>
/// <param name="SessionKey">The current session key.</param>
/// <param name="Deleted">A tombstone: the uuid stays taken, the rest is purged.</param>
public sealed record ConversationRow(
    string UuidText, bool IsDialog, string? Title, string CreatorId, Guid SessionKey, string SessionKeyText, long Created,
    bool HasAvatar, long AvatarUpdated, bool Deleted);

/// <summary>A member, present or former.</summary>
/// <param name="JoinedAt">The first sequence this member may see.</param>
/// <param name="LeftAt">The last sequence this member may see; null while a member.</param>
/// <param name="Position">Ascending in the order of joining: who stands longest has the least.</param>
public sealed record MemberRow(string UserId, bool IsAdmin, string? Nick, long JoinedAt, long? LeftAt, long Position);

/// <summary>A session key, without anybody's wrapped copy.</summary>
public sealed record SessionKeyHeader(Guid Uuid, string UuidText, long Created);

/// <summary>A session key wrapped for one user.</summary>
public sealed record SessionKeyRow(
    Guid Uuid, string UuidText, string UserId, string KeyEncrypted, string Signature, string? SignerUserId, string? SignerKeyPair, long Created);

/// <summary>What one member has read and had delivered. Read is part of delivered.</summary>
public sealed record ReceiptRow(string UserId, IntervalText Read, IntervalText Delivered);

/// <summary>What a conversation's grain keeps in memory.</summary>
/// <param name="Head">The highest sequence; 0 when there is none.</param>
/// <param name="LastCreated">The time of that row; 0 when there is none.</param>
/// <param name="Term">Whose turn it is: higher with every load; 0 for who created the conversation and has not loaded it.</param>
public sealed record ConversationState(
    ConversationRow Header, long Head, long LastCreated, IReadOnlyList<MemberRow> Members, IReadOnlyList<SessionKeyHeader> Keys,
    IReadOnlyList<ReceiptRow> Receipts, long Term)
{
    /// <summary>
    /// Other writers whose journals name this conversation: what they committed may not have been told, and its people have to hear of that before
    /// they are told anything newer.
    /// </summary>
    public IReadOnlyList<string> UndeliveredBy { get; init; } = [];

    /// <summary>Entries of this very process that were not settled when it was loaded, each to be closed by <see cref="IMessageLog.Settled"/>.</summary>
    public int Undelivered { get; init; }
}
