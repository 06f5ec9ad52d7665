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

    /// <summary>
    /// Of a silent one: when the newest message before it came that is none, in milliseconds since the Unix epoch, so that the newest row alone tells the
    /// conversation's place in the list. Null for all others.
    /// </summary>
    public long? Active { get; init; }

    public bool IsSilent => Active is not null;

    /// <summary>From when on it is as deleted, in milliseconds since the Unix epoch; null: never. Fixed when the row takes its place.</summary>
    public long? Expires { get; init; }

    /// <summary>What anybody may be shown of it at this time (milliseconds since the Unix epoch): an expired row is as deleted, swept or not.</summary>
    public MessageRow At(long now) => Deleted || !(Expires <= now) ? this : this with { Deleted = true, Body = null, Iv = null };

    /// <summary>Its push waits for nothing. Not stored: it is about now.</summary>
    public bool IsUrgent { get; init; }
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
    bool HasAvatar, long AvatarUpdated, bool Deleted)
{
    /// <summary>Seconds after which new messages expire; 0 for never.</summary>
    public int ExpirySeconds { get; init; }
}

/// <summary>A member, present or former, with every stay: a message is for who was there when it took its sequence, whatever came later.</summary>
/// <param name="Nick">As the member wrote it.</param>
/// <param name="JoinedAt">The first sequence of the newest stay.</param>
/// <param name="LeftAt">The last sequence of the newest stay; null while a member. Before <paramref name="JoinedAt"/> where there is none (any more).</param>
/// <param name="Position">Ascending in the order of joining: who stands longest has the least.</param>
public sealed record MemberRow(string UserId, bool IsAdmin, string? Nick, long JoinedAt, long? LeftAt, long Position)
{
    /// <summary>
    /// Stays before the newest, and those of earlier owners of this number, that a row may hold together: each is written with every change of it.
    /// </summary>
    public const int MaxStays = SequenceSet.MaxRanges;

    /// <summary>The stays before the newest one.</summary>
    public IntervalText Earlier { get; init; } = new("");

    /// <summary>The stays of earlier owners of this number, whose accounts ended: they count as people, and give nobody a right.</summary>
    public IntervalText Ended { get; init; } = new("");

    /// <summary>The sequence that was next when <see cref="Nick"/> was set: who left before it does not see it.</summary>
    public long NickSince { get; init; }

    /// <summary>What this person may see, ascending: every stay.</summary>
    public IReadOnlyList<SequenceRange> Stays => StaysOf(Earlier, JoinedAt, LeftAt);

    public static IReadOnlyList<SequenceRange> StaysOf(IntervalText earlier, long joinedAt, long? leftAt)
    {
        var newest = new SequenceRange(joinedAt, leftAt ?? long.MaxValue);
        return earlier.Text.Length == 0
            ? newest.To < newest.From ? [] : [newest]
            : [.. SequenceSet.Parse(earlier).Ranges, .. newest.To < newest.From ? Array.Empty<SequenceRange>() : [newest]];
    }

    /// <summary>Whether a sequence lies in one of the stays: who was there may see it.</summary>
    public bool Sees(long sequence) =>
        (JoinedAt <= sequence && (LeftAt is not { } left || sequence <= left)) || Earlier.Contains(sequence);

    /// <summary>Whether somebody of this id was there, be it an earlier owner of the number: who counts among a message's people.</summary>
    public bool WasThere(long sequence) => Sees(sequence) || Ended.Contains(sequence);

    /// <summary>The same person, back from a sequence on; null where the row holds as many stays as it may.</summary>
    public MemberRow? Back(long sequence, bool admin, long position)
    {
        var earlier = SequenceSet.Parse(Earlier);
        if (LeftAt is { } left && left >= JoinedAt)
        {
            earlier.Include(new SequenceRange(JoinedAt, left));
        }

        return earlier.Ranges.Count + SequenceSet.Parse(Ended).Ranges.Count >= MaxStays
            ? null
            : this with { IsAdmin = admin, JoinedAt = sequence, LeftAt = null, Position = position, Earlier = earlier.ToText() };
    }

    /// <summary>The account of who left has ended: whoever has this number next is another person.</summary>
    public MemberRow WithoutAccount()
    {
        var ended = SequenceSet.Parse(Ended);
        foreach (var stay in Stays)
        {
            ended.Add(stay);
        }

        return this with { IsAdmin = false, Nick = null, JoinedAt = 1, LeftAt = 0, Earlier = new IntervalText(""), Ended = ended.ToText() };
    }
}

/// <summary>A person who was brought into a conversation that somebody else made.</summary>
public sealed record InvitationRow(string UserId, string Maker);

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
    /// <summary>When the newest message came that is not silent; null: the newest row is none.</summary>
    public long? LastActive { get; init; }

    /// <summary>
    /// Other writers whose journals name this conversation: what they committed may not have been told, and its people have to hear of that before
    /// they are told anything newer.
    /// </summary>
    public IReadOnlyList<string> UndeliveredBy { get; init; } = [];

    /// <summary>Entries of this very process that were not settled when it was loaded, each to be closed by <see cref="IMessageLog.Settled"/>.</summary>
    public int Undelivered { get; init; }

    /// <summary>The <see cref="IMessageLog.History"/> under which it was loaded.</summary>
    public long History { get; init; }

    /// <summary>Members who have not accepted it; one who has by a contact may still be among them.</summary>
    public IReadOnlyCollection<string> Unaccepted { get; init; } = [];

    /// <summary>Of a dialog's two people those who blacklist the other; null: the directory of users has to be asked.</summary>
    public IReadOnlySet<string>? Blacklisting { get; init; }
}
