namespace Messenger.Ports;

/// <summary>Users' contacts, a row each: what one contact costs does not grow with the list.</summary>
/// <remarks>A write is on disk when it returns. Only the user's own actor writes. Everything throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IContactStore
{
    /// <summary>In the order they came.</summary>
    Task<IReadOnlyList<ContactRow>> Of(string userId);

    /// <summary>How many there are, their characters, the place behind the last one, and the list's version.</summary>
    Task<ContactTotals> TotalsOf(string userId);

    /// <summary>Those of these that are in the list.</summary>
    Task<IReadOnlyList<ContactRow>> Find(string userId, IReadOnlyCollection<string> contactIds);

    /// <summary>Inserts or replaces these; one that is there keeps its place, and the new ones have the places from <paramref name="place"/> on. Each id once.</summary>
    /// <param name="version">The list's from now on, in the same commit.</param>
    /// <param name="replace">True: all others go.</param>
    Task Put(string userId, IReadOnlyList<ContactRow> contacts, long place, long version, bool replace);

    Task Remove(string userId);
}

/// <summary>A contact: an id, and ciphertext.</summary>
public sealed record ContactRow(string ContactId, string? IdEncrypted, string? NickEncrypted, string? FingerprintEncrypted)
{
    public long Characters => ContactId.Length + (IdEncrypted?.Length ?? 0) + (NickEncrypted?.Length ?? 0) + (FingerprintEncrypted?.Length ?? 0);
}

/// <summary>What a list takes.</summary>
/// <param name="Place">Behind the last one.</param>
/// <param name="Version">One higher with each change; 0 of a list that was never changed.</param>
public sealed record ContactTotals(int Count, long Characters, long Place, long Version);
