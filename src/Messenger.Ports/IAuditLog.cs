namespace Messenger.Ports;

/// <summary>Every call of the operator's interface: who, what, on whom, how it ended.</summary>
/// <remarks>
/// A call is entered before it does anything, so that no effect is without an entry; an entry without an outcome is a call whose process died.
/// Throws <see cref="StoreUnavailableException"/> when the store is away: then the call is not made.
/// </remarks>
public interface IAuditLog
{
    /// <summary>On disk when it returns.</summary>
    Task Enter(AuditEntry entry);

    /// <summary>Adds how the call ended.</summary>
    Task Close(Guid id, int status, string? detail);

    /// <summary>Newest first.</summary>
    /// <param name="before">Entries older than this time; null: from the newest.</param>
    Task<IReadOnlyList<AuditEntry>> List(long? before, int size, AuditFilter? filter = null);

    /// <summary>Forgets entries older than this time, at most <paramref name="max"/>; returns how many went.</summary>
    Task<int> Expire(long before, int max);
}

/// <summary>Which entries are wanted; null for any.</summary>
/// <param name="Action">What the action contains.</param>
/// <param name="Since">Not older than this time.</param>
/// <param name="Changes">Calls that change something alone.</param>
public sealed record AuditFilter(string? Actor = null, string? Target = null, string? Action = null, long? Since = null, bool Changes = false);

/// <summary>A call.</summary>
/// <param name="At">Milliseconds since the Unix epoch.</param>
/// <param name="Actor">The name of the token; null where there was none that is valid.</param>
/// <param name="Action">Method and route.</param>
/// <param name="Target">Whom or what it was about: a user id, a report's number. Never a phone number.</param>
/// <param name="From">The caller's address.</param>
/// <param name="Status">The HTTP status; null while it is under way.</param>
/// <param name="Detail">What else there is to know: a reason that was given, a count.</param>
public sealed record AuditEntry(Guid Id, long At, string? Actor, string Action, string? Target, string? From, int? Status = null, string? Detail = null);
