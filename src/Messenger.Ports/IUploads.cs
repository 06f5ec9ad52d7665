namespace Messenger.Ports;

/// <summary>Uploads under way: what every gateway must know of them, so that the next piece may come to any.</summary>
/// <remarks>
/// A write is on disk when it returns. Of all who receive the same upload only the last to <see cref="Take"/> it can <see cref="Advance"/> it.
/// Everything here throws <see cref="StoreUnavailableException"/> when the store is away.
/// </remarks>
public interface IUploads
{
    /// <summary>Adds an upload and counts its bytes for its user's day, both or neither; what is over a limit is not added.</summary>
    Task<Reservation> Reserve(UploadRow upload, UploadLimits limits);

    Task<UploadRow?> Find(Guid id);

    /// <summary>Makes the caller the one who receives it: whoever did before can advance it no more. The row as it is from then on; null when there is none.</summary>
    Task<UploadRow?> Take(Guid id);

    /// <summary>Whether this generation still receives it.</summary>
    Task<bool> Holds(Guid id, long generation);

    /// <summary>Records what is durable. False when somebody took it over, or it is gone: then nothing changed.</summary>
    Task<bool> Advance(Guid id, long generation, long offset, string? state, long expires);

    /// <summary>Its file is attached, or was not needed: then its bytes become garbage. The row stays until it expires, so that a lost answer can be repeated. Idempotent.</summary>
    Task Finish(Guid id);

    /// <summary>Ends an upload that was not finished: its bytes become garbage, and what had not come of it counts for the day no more. Idempotent.</summary>
    Task Drop(Guid id);

    /// <summary>Ends the uploads of a user.</summary>
    Task DropOf(string userId);

    /// <summary>Ends the uploads of a user whose target names this message, however its uuid is spelled.</summary>
    Task DropFor(string userId, Guid message);

    /// <summary>Ends at most <paramref name="max"/> uploads that expired before <paramref name="now"/>; returns how many.</summary>
    Task<int> Expire(long now, int max);
}

/// <summary>An upload. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Id">Of the upload, and of its file in the store.</param>
/// <param name="Target">What it is for, opaque here.</param>
/// <param name="Offset">Bytes that are durable.</param>
/// <param name="State">What the store remembers about it.</param>
/// <param name="Generation">How often it was taken.</param>
/// <param name="Finished">Its file is attached.</param>
public sealed record UploadRow(
    Guid Id, string UserId, string Target, long Length, long Offset, string? State, long Generation, bool Finished, long Created, long Expires)
{
    /// <summary>As the file store knows it.</summary>
    public PartialFile File => new(Id, Length, Offset, State);
}

/// <param name="BytesADay">Bytes that a user may reserve in a day (UTC).</param>
/// <param name="MaxConcurrent">Uploads of a user that are not finished.</param>
public sealed record UploadLimits(long BytesADay, int MaxConcurrent);

/// <summary>What became of a reservation.</summary>
public enum Reservation
{
    Made,

    /// <summary>The user has as many unfinished uploads as may be.</summary>
    TooManyAtOnce,

    /// <summary>It is more than is left of the user's day.</summary>
    TooMuchToday,
}
