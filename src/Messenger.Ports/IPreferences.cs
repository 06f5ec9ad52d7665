namespace Messenger.Ports;

/// <summary>What each person alone has of a conversation. Leaving erases it, in the commit that tells of it.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IPreferences
{
    /// <summary>Those of a user that there are, in no order.</summary>
    /// <param name="only">Of these conversations; null: of all.</param>
    Task<IReadOnlyList<PreferenceRow>> Of(string userId, IReadOnlyCollection<Guid>? only);

    /// <summary>What a user has in all conversations but one.</summary>
    Task<PreferenceTotals> Totals(string userId, Guid but);

    /// <summary>The conversations that a user has muted, and until when, as of this time.</summary>
    Task<IReadOnlyDictionary<Guid, long>> Mutes(string userId, long now);

    /// <summary>
    /// Puts a row of a higher version than the one that stands there; the row that stands there afterwards. Null: the user is no member (any more).
    /// On disk when it returns.
    /// </summary>
    Task<PreferenceRow?> Put(string userId, PreferenceRow row);
}

/// <summary>What one person has of one conversation.</summary>
/// <param name="Uuid">The conversation as its creator spelled it.</param>
/// <param name="MutedUntil">Milliseconds since the Unix epoch; <see cref="long.MaxValue"/> for ever; 0: not muted.</param>
public sealed record PreferenceRow(Guid Conversation, string Uuid, long MutedUntil, bool Pinned, bool Archived, string? Data, long Version);

/// <param name="Pinned">Conversations.</param>
/// <param name="Data">Characters.</param>
public readonly record struct PreferenceTotals(int Pinned, long Data);
