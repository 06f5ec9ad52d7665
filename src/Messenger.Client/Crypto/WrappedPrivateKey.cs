using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Messenger.Client.Crypto;

/// <summary>A private key under a passphrase, in a form that every platform reads without ASN.1 of its own: docs/clients.md.</summary>
public sealed record WrappedPrivateKey(
    string Format, int Version, string Kdf, int Rounds, string SaltBase64, string Cipher, string IvBase64, string EncryptedBase64)
{
    /// <summary>OWASP's figure for PBKDF2 with SHA-256.</summary>
    public const int LeastRounds = 600_000;

    /// <summary>Some ten seconds on a phone: a server must not be able to keep one busy for longer.</summary>
    public const int MostRounds = 10_000_000;

    private const string Name = "messenger-private-key";
    private const string Derivation = "PBKDF2-HMAC-SHA-256";
    private const string Encryption = "AES-256-GCM";
    private const int SaltBytes = 16;

    private static readonly byte[] Bound = "messenger-private-key\n1"u8.ToArray();

    /// <summary>Whether the key deserves to be wrapped again: another form, or fewer rounds than <see cref="LeastRounds"/>.</summary>
    public static bool IsOutdated(string wrapped) => Parse(wrapped) is not { } key || key.Rounds < LeastRounds;

    /// <summary>Wraps the PKCS#8 DER.</summary>
    internal static string Wrap(ReadOnlySpan<byte> pkcs8, string passphrase, int rounds = LeastRounds)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var box = Sealed.Seal(Derive(passphrase, salt, rounds), pkcs8, Bound);
        return JsonSerializer.Serialize(
            new WrappedPrivateKey(Name, 1, Derivation, rounds, Convert.ToBase64String(salt), Encryption, box.IvBase64, box.BodyBase64),
            CryptoJson.Default.WrappedPrivateKey);
    }

    /// <returns>Null: it is in another form.</returns>
    internal static WrappedPrivateKey? Parse(string wrapped)
    {
        try
        {
            return wrapped.AsSpan().TrimStart() is ['{', ..] ? JsonSerializer.Deserialize(wrapped, CryptoJson.Default.WrappedPrivateKey) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>The PKCS#8 DER.</returns>
    /// <exception cref="CryptographicException">The passphrase is another one, or it was changed, or made by a newer client.</exception>
    internal byte[] Open(string passphrase)
    {
        if (this is not { Format: Name, Version: 1, Kdf: Derivation, Cipher: Encryption, Rounds: > 0 and <= MostRounds })
        {
            throw new CryptographicException("this client does not know how the private key was wrapped");
        }

        try
        {
            return new Sealed(EncryptedBase64, IvBase64).Open(Derive(passphrase, Convert.FromBase64String(SaltBase64), Rounds), Bound);
        }
        catch (FormatException fault)
        {
            throw new CryptographicException("the wrapped private key is damaged", fault);
        }
    }

    /// <remarks>In a process without ICU, <see cref="string.Normalize(NormalizationForm)"/> changes nothing: composed text, as keyboards give it, is the same either way.</remarks>
    private static byte[] Derive(string passphrase, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(passphrase.Normalize(NormalizationForm.FormKC)), salt, rounds, HashAlgorithmName.SHA256, Sealed.KeyBytes);
}
