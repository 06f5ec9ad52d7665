using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>What one user may know of another: the one place where a user's row becomes a wire record.</summary>
internal static class Profiles
{
    /// <param name="row">Null for who is not registered; the answer is made so that it does not stand out.</param>
    /// <param name="blocked">The asker has blacklisted this user.</param>
    /// <param name="shows">Whether this user shows the asker when it was here last: else those times are its first one.</param>
    public static UserInfo Of(string userId, UserRow? row, string asker, bool blocked, bool shows, long now)
    {
        if (row is null)
        {
            return new UserInfo(userId, null, null, now, now, null, now, now, blocked, null, null);
        }

        var own = userId == asker;
        var shown = own || shows ? row : row with { LastLogin = row.Created, KeysUpdated = row.Created };
        return new UserInfo(
            userId, row.PublicKey, own ? row.PrivateKeyEncrypted : null, row.Created, shown.LastLogin, row.Nick, row.AvatarUpdated,
            shown.KeysUpdated, blocked || row.Suspended, own ? row.MetaDataKeyEncrypted : null, row.KeyPairUuid);
    }

    /// <summary>As RequestGetConversationsFull shows a member: without keys, with the metadata key.</summary>
    public static UserInfo Member(string userId, UserRow? row, bool blocked, bool shows, long now) =>
        Of(userId, row, asker: "", blocked, shows, now) with { PublicKeyBase64 = null, MetaDataKeyEncryptedBase64 = row?.MetaDataKeyEncrypted };

    public static UserRow New(string userId, long now) =>
        new(userId, null, null, null, null, null, Created: now, LastLogin: now, AvatarUpdated: now, KeysUpdated: now, Suspended: false);
}
