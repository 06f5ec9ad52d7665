using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>What one user may know of another: the one place where a user's row becomes a wire record.</summary>
internal static class Profiles
{
    /// <param name="row">Null for who is not registered; the answer is made so that it does not stand out.</param>
    /// <param name="blocked">The asker has blacklisted this user.</param>
    public static UserInfo Of(string userId, UserRow? row, string asker, bool blocked, long now)
    {
        if (row is null)
        {
            return new UserInfo(userId, null, null, now, now, null, now, now, blocked, null, null);
        }

        var own = userId == asker;
        return new UserInfo(
            userId, row.PublicKey, own ? row.PrivateKeyEncrypted : null, row.Created, row.LastLogin, row.Nick, row.AvatarUpdated,
            row.KeysUpdated, blocked || row.Suspended, own ? row.MetaDataKeyEncrypted : null, row.KeyPairUuid);
    }

    /// <summary>As RequestGetConversationsFull shows a member: without keys, with the metadata key.</summary>
    public static UserInfo Member(string userId, UserRow? row, bool blocked, long now) =>
        Of(userId, row, asker: "", blocked, now) with { PublicKeyBase64 = null, MetaDataKeyEncryptedBase64 = row?.MetaDataKeyEncrypted };

    public static UserRow New(string userId, long now) =>
        new(userId, null, null, null, null, null, Created: now, LastLogin: now, AvatarUpdated: now, KeysUpdated: now, Suspended: false);
}
