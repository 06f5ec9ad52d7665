using System.Security.Cryptography;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Accounts;

/// <summary>Somebody on this person's list.</summary>
/// <param name="Name">What this person calls them; null: nothing, or it was sealed under other keys.</param>
/// <param name="Phone">In E.164, or null.</param>
/// <param name="Verified">The safety number that the two compared, or null: <c>Conversations.SafetyNumber</c>.</param>
public sealed record KnownPerson(string UserId, string? Name, string? Phone = null, string? Verified = null);

/// <summary>This person's contacts and blacklist, as all of the person's devices have them. The server sees who is on them, and nothing else: the rest is sealed.</summary>
/// <remarks>Besides what is said, all methods throw as <see cref="MessengerClient.Ask"/> does.</remarks>
public sealed class Contacts
{
    private readonly MessengerClient _client;
    private readonly KeyPair _keys;
    private MetaDataKey? _metaData;

    /// <param name="keys">This person's key pair; it stays the caller's.</param>
    public Contacts(MessengerClient client, KeyPair keys)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(keys);
        (_client, _keys) = (client, keys);
    }

    /// <summary>All contacts, in no order.</summary>
    /// <exception cref="CryptographicException">The key of these labels is not for this key pair.</exception>
    public async Task<IReadOnlyList<KnownPerson>> List(CancellationToken cancellation = default)
    {
        var answer = await _client.Ask<ResponseContactList>(new RequestGetContactList(null), cancellation);
        if (answer.Users.Length == 0)
        {
            return [];
        }

        var key = await MetaData(cancellation);
        return [.. answer.Users.Select(one => new KnownPerson(
            one.ContactId, Open(key, one.NickEncrypted), Open(key, one.ContactIdEncrypted), Open(key, one.TrustedFingerprintEncrypted)))];
    }

    /// <summary>Adds somebody by phone number, who must be registered here.</summary>
    /// <param name="phone">In E.164.</param>
    /// <param name="name">What to call them.</param>
    /// <exception cref="RefusedException"><c>not_found</c>: nobody registered this number, or is not to be found by it.</exception>
    public async Task<KnownPerson> Add(string phone, string name, CancellationToken cancellation = default)
    {
        var user = UserIds.FromPhone(phone);
        var found = await _client.Ask<ResponseRegisteredUsers>(new RequestGetRegisteredUsers([user]), cancellation);
        if (!found.Users.Contains(user))
        {
            throw new RefusedException(Error.NotFound("this number is not registered here"));
        }

        var person = new KnownPerson(user, name, phone);
        await Save(person, cancellation);
        return person;
    }

    /// <summary>Sets what is known of somebody; who is not on the list is added.</summary>
    public async Task Save(KnownPerson person, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(person);
        var key = await MetaData(cancellation);
        var contact = new Contact(person.UserId, Seal(key, person.Phone), Seal(key, person.Name), Seal(key, person.Verified));
        await _client.Ask<ResponseStatusMessage>(new UpdateContact(contact, null), cancellation);
    }

    /// <summary>Takes somebody off the list. Another device's change of this moment is not lost: the list is read again (<c>ifVersion</c>, ACC-4).</summary>
    /// <returns>Whether they were on it.</returns>
    /// <exception cref="RefusedException"><c>conflict</c>: the list changed each time.</exception>
    public async Task<bool> Remove(string user, CancellationToken cancellation = default)
    {
        const int Tries = 3;
        for (var tries = 1; ; tries++)
        {
            var now = await _client.Ask<ResponseContactList>(new RequestGetContactList(null), cancellation);
            Contact[] rest = [.. now.Users.Where(one => one.ContactId != user)];
            if (rest.Length == now.Users.Length)
            {
                return false;
            }

            var answer = await _client.Try<ResponseStatusMessage>(new RequestUpdateContactList(rest, Merge: false, now.Version), cancellation);
            if (answer.Error is not { } error)
            {
                return true;
            }

            if (error.Status != Statuses.Conflict || tries == Tries)
            {
                throw new RefusedException(error);
            }
        }
    }

    /// <summary>The user ids of whom this person blocked.</summary>
    public async Task<IReadOnlyList<string>> Blocked(CancellationToken cancellation = default) =>
        (await _client.Ask<BlackList>(new GetBlackList(null), cancellation)).Users;

    /// <summary>Blocks somebody: no message, no call, no new dialog. They are not told.</summary>
    public Task Block(string user, CancellationToken cancellation = default) => _client.Ask<ResponseStatusMessage>(new AddBlackList(user), cancellation);

    /// <summary>Takes a block back.</summary>
    public Task Unblock(string user, CancellationToken cancellation = default) => _client.Ask<ResponseStatusMessage>(new RemoveBlackList(user), cancellation);

    private static string? Seal(MetaDataKey key, string? text) => string.IsNullOrEmpty(text) ? null : key.Seal(text);

    /// <returns>Null: another device's, of other keys.</returns>
    private static string? Open(MetaDataKey key, string? label)
    {
        try
        {
            return label is null ? null : key.Open(label);
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Asked for once; two callers at the same time ask twice, and get the same.</summary>
    private async Task<MetaDataKey> MetaData(CancellationToken cancellation)
    {
        if (_metaData is null)
        {
            var me = await _client.Ask<ResponseUserInfo>(new RequestGetUserInfo(_client.UserId), cancellation);
            _metaData = MetaDataKey.Open(
                me.User.MetaDataKeyEncryptedBase64 ?? throw new CryptographicException("this account has no key for its own labels"), _keys);
        }

        return _metaData;
    }
}
