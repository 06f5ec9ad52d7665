namespace Messenger.Ports;

/// <summary>What the badge on an application's icon shows.</summary>
public interface IUnreadCounts
{
    /// <summary>
    /// Messages of others in all conversations of this user that are not muted, no events, not deleted, that the user has not read. At most <paramref name="most"/>.
    /// </summary>
    /// <param name="about">A conversation: whether it is muted is told besides.</param>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    Task<UnreadCount> Unread(string userId, Guid about, int most);
}

/// <param name="Badge">What the icon shows.</param>
/// <param name="IsMuted">Whether the user wants no push about the conversation that was asked for.</param>
public readonly record struct UnreadCount(int Badge, bool IsMuted);
