namespace Messenger.Ports;

/// <summary>Conversations seen from a user: read from the log's tables, in queries whose number does not depend on how many there are.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IConversationDirectory
{
    /// <summary>Every conversation that this user is in now, with all that RequestGetConversationsFull tells of it.</summary>
    Task<IReadOnlyList<SyncRow>> Sync(string userId);

    /// <summary>The conversations that this user is in now.</summary>
    Task<IReadOnlyList<Guid>> ConversationsOf(string userId);

    /// <summary>The conversations, not deleted, that this user is in or was in and may still read in.</summary>
    Task<IReadOnlyList<Guid>> EverOf(string userId);

    /// <summary>The dialogs, not deleted, of these two.</summary>
    Task<IReadOnlyList<Guid>> DialogsOf(string userId, string peer);

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
    int Unread, string? FirstUnread, SessionKeyRow? Key);
