namespace Messenger.Ports;

/// <summary>What the badge on an application's icon shows.</summary>
public interface IUnreadCounts
{
    /// <summary>Messages of others in all conversations of this user, no events, not deleted, that the user has not read. At most <paramref name="most"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    Task<int> Unread(string userId, int most);
}
