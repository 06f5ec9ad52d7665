using System.Collections.Concurrent;

namespace Messenger.Grains.Users;

/// <summary>The users whose grains are active on this silo.</summary>
internal sealed class LocalUsers
{
    private readonly ConcurrentDictionary<string, LocalUser> users = new(StringComparer.Ordinal);

    public void Put(string userId, LocalUser user) => users[userId] = user;

    /// <summary>Removes this very one, never one that took its place.</summary>
    public void Remove(string userId, LocalUser user) => users.TryRemove(KeyValuePair.Create(userId, user));

    /// <inheritdoc cref="LocalUser.TryDeliver"/>
    public bool TryDeliver(Consignment one) =>
        users.TryGetValue(one.UserId, out var user) && user.TryDeliver(one.Conversation, one.Term, one.Notices, one.Except);
}
