using System.Security.Cryptography;
using System.Text;
using Messenger.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Messenger.Grains.State;

/// <summary>
/// Keeps application uuids and push tokens such that only who has the key can repeat them: an application is told its own
/// (RequestGetApplicationsFull), and no other. The key is in no database; logging in needs none.
/// </summary>
/// <param name="keys">
/// 32 bytes each, newest first: the first one seals, and each of them opens, so that a key is replaced while the server runs. None: what is sealed is
/// kept open, as the operator who gave no key was told at the start.
/// </param>
public sealed class CredentialSeal(IReadOnlyList<byte[]> keys)
{
    public const int KeyBytes = 32;

    /// <summary>Keys at a time: one, and in a rotation the one before it. More are of rotations that were not brought to their end.</summary>
    public const int MostKeys = 4;

    private const int KeyIdBytes = 4;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const byte Open = 0;
    private const byte Closed = 1;

    /// <summary>What is used where the host registered none.</summary>
    internal static CredentialSeal Without { get; } = new([]);

    /// <summary>Tells the newest key from another one, and nothing of it; empty without one.</summary>
    internal byte[] KeyId { get; } = keys is [var newest, ..] ? HMACSHA256.HashData(newest, "key id"u8)[..KeyIdBytes] : [];

    /// <summary>A secret as it is stored. Bound to its user: copied to another's row it opens nothing.</summary>
    public byte[] Seal(string userId, string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        if (keys is not [var key, ..])
        {
            return [Open, .. plain];
        }

        var stored = new byte[1 + NonceBytes + TagBytes + plain.Length];
        stored[0] = Closed;
        var nonce = stored.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            nonce, plain, stored.AsSpan(1 + NonceBytes + TagBytes), stored.AsSpan(1 + NonceBytes, TagBytes), Encoding.UTF8.GetBytes(userId));
        return stored;
    }

    /// <summary>The secret; null when it was sealed with none of these keys.</summary>
    public string? Unseal(string userId, byte[]? stored)
    {
        if (stored is [Open, ..])
        {
            return Encoding.UTF8.GetString(stored.AsSpan(1));
        }

        foreach (var key in keys)
        {
            if (Opened(key, userId, stored) is { } secret)
            {
                return secret;
            }
        }

        return null;
    }

    /// <summary>Whether it was stored otherwise than it would be now: without the key, with an older one, or with one that is not known.</summary>
    public bool IsStale(string userId, byte[]? stored) => keys is [var newest, ..] ? Opened(newest, userId, stored) is null : stored is not [Open, ..];

    /// <summary>Keyed hashes, for what is to be recognised and never told, by each key from the newest on; without a key one that everybody can make.</summary>
    internal IEnumerable<byte[]> Macs(byte[] of) => keys.Count == 0 ? [HMACSHA256.HashData(Array.Empty<byte>(), of)] : keys.Select(key => HMACSHA256.HashData(key, of));

    private static string? Opened(byte[] key, string userId, byte[]? stored)
    {
        if (stored is not [Closed, ..] || stored.Length < 1 + NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[stored.Length - 1 - NonceBytes - TagBytes];
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(
                stored.AsSpan(1, NonceBytes), stored.AsSpan(1 + NonceBytes + TagBytes), stored.AsSpan(1 + NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(userId));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    internal static CredentialSeal Of(IServiceProvider services) => services.GetService<CredentialSeal>() ?? Without;
}

/// <summary>An application's uuid as stored.</summary>
/// <param name="Name">See <see cref="ApplicationNames"/>: what a login is compared with.</param>
/// <param name="Sealed">See <see cref="CredentialSeal"/>: what the application itself is told.</param>
[GenerateSerializer, Immutable]
internal sealed record Credential(string Name, byte[] Sealed)
{
    public static Credential Of(string userId, string uuid, CredentialSeal seal) => new(ApplicationNames.Of(uuid), seal.Seal(userId, uuid));

    /// <summary>Sealed with the newest key; as it is where that is so, or where no key opens it.</summary>
    public Credential Renewed(string userId, CredentialSeal seal) => seal.IsStale(userId, Sealed) && seal.Unseal(userId, Sealed) is { } uuid
        ? this with { Sealed = seal.Seal(userId, uuid) } : this;
}

/// <summary>
/// What an application is called before others than itself: its uuid is its credential and is told to nobody else. 128 random bits, drawn once when
/// the application is made and never changed; no hash of the credential, since a client's uuid may be guessed where its hash is known.
/// </summary>
internal static class PublicNames
{
    private const int Bytes = 16;

    /// <summary>22 characters of base64url.</summary>
    public static string Draw() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
