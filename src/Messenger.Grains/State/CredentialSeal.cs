using System.Security.Cryptography;
using System.Text;
using Messenger.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Messenger.Grains.State;

/// <summary>
/// Keeps application uuids such that only who has the key can repeat them: an application is told its own (RequestGetApplicationsFull), and no other.
/// The key is in no database; logging in needs none.
/// </summary>
/// <param name="key">32 bytes. Null: uuids are kept open, as the operator who gave no key was told at the start.</param>
public sealed class CredentialSeal(byte[]? key)
{
    public const int KeyBytes = 32;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const byte Open = 0;
    private const byte Closed = 1;

    /// <summary>What is used where the host registered none.</summary>
    internal static CredentialSeal Without { get; } = new(null);

    /// <summary>A uuid as it is stored. Bound to its user: copied to another's row it opens nothing.</summary>
    public byte[] Seal(string userId, string uuid)
    {
        var plain = Encoding.UTF8.GetBytes(uuid);
        if (key is null)
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

    /// <summary>The uuid; null when it was sealed with another key.</summary>
    public string? Unseal(string userId, byte[]? stored)
    {
        if (stored is not [Open or Closed, ..] || (stored[0] == Closed && (key is null || stored.Length < 1 + NonceBytes + TagBytes)))
        {
            return null;
        }

        if (stored[0] == Open)
        {
            return Encoding.UTF8.GetString(stored.AsSpan(1));
        }

        var plain = new byte[stored.Length - 1 - NonceBytes - TagBytes];
        try
        {
            using var cipher = new AesGcm(key!, TagBytes);
            cipher.Decrypt(
                stored.AsSpan(1, NonceBytes), stored.AsSpan(1 + NonceBytes + TagBytes), stored.AsSpan(1 + NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(userId));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>A keyed hash, for what is to be recognised and never told; without a key it is a hash that everybody can make.</summary>
    internal byte[] Mac(byte[] of) => HMACSHA256.HashData(key ?? [], of);

    /// <summary>Whether this was stored without the key that there is now.</summary>
    internal bool IsStale(string userId, byte[]? stored) => (key is not null && stored is [Open, ..]) || Unseal(userId, stored) is null;

    internal static CredentialSeal Of(IServiceProvider services) => services.GetService<CredentialSeal>() ?? Without;
}

/// <summary>An application's uuid as stored.</summary>
/// <param name="Name">See <see cref="ApplicationNames"/>: what a login is compared with.</param>
/// <param name="Sealed">See <see cref="CredentialSeal"/>: what the application itself is told.</param>
[GenerateSerializer, Immutable]
internal sealed record Credential(string Name, byte[] Sealed)
{
    public static Credential Of(string userId, string uuid, CredentialSeal seal) => new(ApplicationNames.Of(uuid), seal.Seal(userId, uuid));
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
