namespace Messenger.Ports;

/// <summary>What changed for a user since a position in the order of commits.</summary>
/// <remarks>
/// What it guarantees: whoever reads everything from a position on, and goes on from what <see cref="Now"/> said before that reading, misses nothing,
/// whatever order the transactions of many processes commit in. What is named may have been named before. Everything is read from the primary.
/// Throws <see cref="StoreUnavailableException"/> when the store is away.
/// </remarks>
public interface IChanges
{
    /// <summary>Where the store is: nothing below its position is open any more.</summary>
    Task<ChangePoint> Now();

    /// <summary>The conversations that the user is in and that changed at or after a position, after this one, in an order that never changes.</summary>
    Task<IReadOnlyList<Guid>> Changed(string userId, long since, Guid after, int max);

    /// <summary>The conversations that the user is in, the one with the newest message first, behind this place.</summary>
    Task<IReadOnlyList<ActiveConversation>> Newest(string userId, ActiveConversation behind, int max);

    /// <summary>The conversations that the user was in and left at or after a position, after this one, in an order that never changes.</summary>
    /// <param name="notBefore">Milliseconds since the Unix epoch: older marks may be gone.</param>
    Task<IReadOnlyList<RemovedConversationRow>> Removed(string userId, long since, Guid after, int max, long notBefore);

    /// <summary>Who shares a conversation with the user and has another key, nick or avatar at or after a position, after this one, by id.</summary>
    Task<IReadOnlyList<string>> ChangedPeople(string userId, long since, string after, int max);

    /// <summary>These of the conversations that the user is in, with all that is told of them, in no order.</summary>
    Task<IReadOnlyList<SyncRow>> Read(string userId, IReadOnlyCollection<Guid> conversations);

    /// <summary>Something about these conversations is other than it was, and stands elsewhere than in the log. On disk when it returns.</summary>
    Task Touch(IReadOnlyCollection<Guid> conversations);

    /// <summary>The parts of the user's account that were marked at or after a position, in no order.</summary>
    Task<IReadOnlyList<string>> AccountChanges(string userId, long since);

    /// <summary>This part of the user's account is other than it was. On disk when it returns; marked after the change, or who reads in between misses it.</summary>
    Task MarkAccount(string userId, string section);

    /// <summary>The store went back: tokens of before are worth nothing any more.</summary>
    Task DrawEpoch();
}

/// <param name="Epoch">Another one where the store is another one, or went back in time.</param>
/// <param name="Position">What is committed from now on, or is not certain yet, has this number or a higher one.</param>
public sealed record ChangePoint(string Epoch, long Position);

/// <param name="At">When its newest message came, in milliseconds since the Unix epoch.</param>
public sealed record ActiveConversation(Guid Conversation, long At)
{
    /// <summary>Before all others.</summary>
    public static readonly ActiveConversation First = new(Guid.Empty, long.MaxValue);
}

/// <summary>A conversation that is not the user's any more.</summary>
/// <param name="Uuid">As its creator spelled it.</param>
/// <param name="Reason">One of <see cref="RemovalReasons"/>.</param>
public sealed record RemovedConversationRow(Guid Conversation, string Uuid, string Reason);

/// <summary>Why a conversation is not somebody's any more. Stored, and told.</summary>
public static class RemovalReasons
{
    public const string Left = "left";
    public const string Kicked = "kicked";
    public const string Deleted = "deleted";
}

/// <summary>A member who is one no more, as the log writes it.</summary>
/// <param name="Removed">Milliseconds since the Unix epoch.</param>
public sealed record RemovalRow(string UserId, string Reason, long Removed)
{
    /// <summary>A phone that was away longer than that begins anew.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);
}
