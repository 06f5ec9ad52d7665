using System.Collections.Immutable;
using System.Security.Cryptography;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Messaging;

/// <summary>Somebody's public key is not the one seen before: a new phone, or a server that puts itself between. Let the people compare.</summary>
/// <param name="Before">The fingerprint known so far.</param>
/// <param name="Now">The fingerprint of the key that is used from now on.</param>
public sealed record KeyChange(string UserId, string Before, string Now);

/// <summary>Other people's public keys: the first one seen is trusted, another one is told, and one that changes under its own name is refused.</summary>
internal sealed class Trust(MessengerClient client, KeyPair own, IProfileStore store)
{
    /// <summary>Keys remembered of one person; enough to verify what was signed before the last changes of key.</summary>
    private const int Remembered = 16;

    public event Action<KeyChange>? KeyChanged;

    /// <summary>The public keys that these people have now.</summary>
    /// <exception cref="InvalidOperationException">Somebody has none.</exception>
    /// <exception cref="CryptographicException">A key is not what it was, under the same name.</exception>
    public async Task<IReadOnlyDictionary<string, string>> Current(IEnumerable<string> users, CancellationToken cancellation)
    {
        var keys = new Dictionary<string, string>();
        foreach (var some in users.Distinct().Chunk(Limits.UserInfoMulti))
        {
            var others = some.Where(user => user != client.UserId).ToArray();
            if (others.Length < some.Length)
            {
                keys[client.UserId] = own.PublicKey;
            }

            if (others.Length > 0)
            {
                var answer = await client.Ask<ResponseUserInfoMulti>(new RequestGetUserInfoMulti(others), cancellation);
                var found = answer.Users.ToDictionary(info => info.UserId);
                foreach (var user in others)
                {
                    keys[user] = Meet(user, found.GetValueOrDefault(user));
                }
            }
        }

        return keys;
    }

    /// <summary>The public key of the pair that somebody signed with.</summary>
    /// <exception cref="CryptographicException">Nobody here knows that pair: what it signed cannot be verified.</exception>
    public async Task<string> OfSigner(string user, string? pairUuid, CancellationToken cancellation)
    {
        if (user == client.UserId)
        {
            return own.PublicKey;
        }

        if (Find(user, pairUuid) is { } known)
        {
            return known;
        }

        var current = (await Current([user], cancellation))[user];
        return pairUuid is null ? current
            : Find(user, pairUuid) ?? throw new CryptographicException("the session key was signed with a key pair that its signer does not have any more");
    }

    private string? Find(string user, string? pairUuid) =>
        pairUuid is null ? null
        : Known(store.Load(), user).FirstOrDefault(key => string.Equals(key.PairUuid, pairUuid, StringComparison.OrdinalIgnoreCase))?.PublicKey;

    private string Meet(string user, UserInfo? info)
    {
        var key = info?.PublicKeyBase64 ?? throw new InvalidOperationException("This person is not registered, or has no keys yet");
        var fingerprint = PublicKeys.Fingerprint(key);
        KnownKey? before = null;
        store.Update(profile =>
        {
            var known = Known(profile, user);
            if (known.FirstOrDefault(one => one.PairUuid is not null && one.PairUuid == info.KeyPairUuid) is { } same
                && PublicKeys.Fingerprint(same.PublicKey) != fingerprint)
            {
                throw new CryptographicException("the server gives another public key under the name of one that is known: it is not used");
            }

            if (known.Length > 0 && PublicKeys.Fingerprint(known[^1].PublicKey) == fingerprint && known[^1].PairUuid == info.KeyPairUuid)
            {
                return profile;
            }

            before = known.LastOrDefault();
            known = known.Add(new KnownKey(info.KeyPairUuid, key));
            return profile with { Known = profile.Known.SetItem(user, known.Length > Remembered ? known.RemoveAt(0) : known) };
        });
        if (before is not null && PublicKeys.Fingerprint(before.PublicKey) is var old && old != fingerprint)
        {
            KeyChanged?.Invoke(new KeyChange(user, old, fingerprint));
        }

        return key;
    }

    private static ImmutableArray<KnownKey> Known(ProfileData profile, string user) => profile.Known.GetValueOrDefault(user, []);
}
