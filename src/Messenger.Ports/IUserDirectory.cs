namespace Messenger.Ports;

/// <summary>
/// The public side of users and who blacklists whom: read in one query for discovery and profiles, so that no grain is woken per id.
/// </summary>
/// <remarks>A write is on disk when it returns. Everything here throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IUserDirectory
{
    /// <summary>Inserts or replaces a user. Only that user's grain calls this.</summary>
    Task Put(UserRow user);

    /// <summary>Erases a user, with that user's own blacklist. What others keep of that user stays: who was blocked must not come back unblocked by registering again.</summary>
    Task Remove(string userId);

    Task<UserRow?> Find(string userId);

    /// <summary>The registered ones among these, in no order.</summary>
    Task<IReadOnlyList<UserRow>> FindMany(IReadOnlyCollection<string> userIds);

    /// <summary>Which of these are registered, in no order.</summary>
    Task<IReadOnlyList<string>> Registered(IReadOnlyCollection<string> userIds);

    /// <summary>As <see cref="Registered"/>, without those who wish not to be found.</summary>
    Task<IReadOnlyList<string>> Discoverable(IReadOnlyCollection<string> userIds);

    /// <summary>Those of these users who show this one when they logged in last; in one query, however many they are.</summary>
    Task<IReadOnlyList<string>> Showing(string asker, IReadOnlyCollection<string> userIds);

    /// <summary>Whom this user blacklisted, oldest entry first.</summary>
    Task<IReadOnlyList<string>> BlackListOf(string userId);

    /// <summary>Which of these users blacklisted this one.</summary>
    Task<IReadOnlyList<string>> BlackListing(string userId, IReadOnlyCollection<string> by);

    /// <summary>Idempotent.</summary>
    Task AddToBlackList(string userId, string blocked);

    /// <summary>Idempotent.</summary>
    Task RemoveFromBlackList(string userId, string blocked);
}

/// <summary>A registered user. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Discoverable">False: left out of <see cref="IUserDirectory.Discoverable"/>, by the user's own wish.</param>
public sealed record UserRow(
    string UserId, string? PublicKey, string? PrivateKeyEncrypted, string? MetaDataKeyEncrypted, string? KeyPairUuid, string? Nick,
    long Created, long LastLogin, long AvatarUpdated, long KeysUpdated, bool Suspended, bool Discoverable = true)
{
    /// <summary>To whom this user shows the last login.</summary>
    public LastSeen LastSeen { get; init; }
}

/// <summary>To whom a user shows the last login and when the keys were changed. Stored as these numbers.</summary>
public enum LastSeen
{
    /// <summary>To the user's contacts, and to people of conversations that the user accepted.</summary>
    Everyone = 0,

    /// <summary>To the user's contacts alone.</summary>
    Contacts = 1,

    /// <summary>To nobody; who chose it sees nobody's.</summary>
    Nobody = 2,
}
