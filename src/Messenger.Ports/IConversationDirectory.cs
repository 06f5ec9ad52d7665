namespace Messenger.Ports;

/// <summary>Conversations seen from a user: read from the log's tables, in queries whose number does not depend on how many there are.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IConversationDirectory
{
    /// <summary>Every conversation that this user is in now, with all that RequestGetConversationsFull tells of it.</summary>
    /// <param name="mostBytes">Of the bodies of their newest messages.</param>
    /// <exception cref="ListTooLargeException">They have more.</exception>
    Task<IReadOnlyList<SyncRow>> Sync(string userId, long mostBytes = long.MaxValue);

    /// <summary>The conversations that this user is in now.</summary>
    Task<IReadOnlyList<Guid>> ConversationsOf(string userId);

    /// <summary>The conversations, not deleted, that this user is in or was in and may still read in.</summary>
    Task<IReadOnlyList<Guid>> EverOf(string userId);

    /// <summary>The dialogs, not deleted, of these two.</summary>
    Task<IReadOnlyList<Guid>> DialogsOf(string userId, string peer);

    /// <summary>The open dialog of these two, as its creator spelled it; null where there is none.</summary>
    Task<string?> OpenDialogOf(string userId, string peer);

    /// <summary>
    /// Whose list of conversations others filled, of these users: who is in at least <paramref name="ofAll"/> conversations that they have not
    /// accepted, unless the maker is their contact; and who is in at least <paramref name="most"/> of those that they never touched, of which
    /// this maker made at least <paramref name="ofOne"/>.
    /// </summary>
    Task<IReadOnlyList<string>> Crowded(IReadOnlyCollection<string> userIds, string maker, int most, int ofOne, int ofAll);

    /// <summary>
    /// Which of these members a caller may ring here: those whose contact the caller is, and those who wrote here, among the first or the newest thousand messages.
    /// </summary>
    Task<IReadOnlyList<string>> Ringable(Guid conversation, string caller, IReadOnlyCollection<string> named);

    /// <summary>Everyone who shares a conversation with this user now, each once, without the user.</summary>
    Task<IReadOnlyList<string>> CompanionsOf(string userId);
}

/// <summary>One conversation of a user's.</summary>
/// <param name="Members">Present and former, by position.</param>
/// <param name="Last">The newest row the user may see; null when there is none.</param>
/// <param name="Receipts">Of everyone, so that the counters of <paramref name="Last"/> can be told.</param>
/// <param name="Unread">Messages of others, no events, not deleted, that the user may see and has not read.</param>
/// <param name="FirstUnread">The oldest of them, as its author spelled it.</param>
/// <param name="Key">The user's copy of the current session key; null when it has none.</param>
public sealed record SyncRow(
    Guid Conversation, ConversationRow Header, IReadOnlyList<MemberRow> Members, MessageRow? Last, IReadOnlyList<ReceiptRow> Receipts,
    int Unread, string? FirstUnread, SessionKeyRow? Key)
{
    /// <summary>Whether the user wrote there, or a contact or the user made it.</summary>
    public bool Accepted { get; init; } = true;

    /// <summary>The user's own; null where there are none, or where they are not asked for.</summary>
    public PreferenceRow? Preferences { get; init; }
}
