using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Messenger.Client.Crypto;

/// <summary>What can be done with somebody's public key, given in PEM.</summary>
/// <remarks>All throw <see cref="CryptographicException"/> for what is no RSA key of at least <see cref="KeyPair.Bits"/> bits.</remarks>
public static class PublicKeys
{
    /// <summary>Groups of a safety number, and bytes of a digest that each is made of.</summary>
    private const int Groups = 12;
    private const int Bytes = 5;

    /// <summary>Wraps a key for its owner.</summary>
    public static string Wrap(string publicKey, ReadOnlySpan<byte> key)
    {
        using var rsa = Read(publicKey);
        return Convert.ToBase64String(rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256));
    }

    /// <summary>Whether the owner signed this.</summary>
    public static bool Verify(string publicKey, ReadOnlySpan<byte> data, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        using var rsa = Read(publicKey);
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && rsa.VerifyData(data, bytes.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    /// <summary>What two people can compare by voice: the SHA-256 of the key, in hexadecimal, however its PEM was broken into lines.</summary>
    public static string Fingerprint(string publicKey)
    {
        using var rsa = Read(publicKey);
        return Convert.ToHexStringLower(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>What two people compare by voice: twelve groups of five digits, the same on both sides and in every library.</summary>
    public static string SafetyNumber(string mine, string theirs)
    {
        string[] prints = [Fingerprint(mine), Fingerprint(theirs)];
        Array.Sort(prints, StringComparer.Ordinal);
        var digest = SHA512.HashData(Encoding.UTF8.GetBytes($"safety-number\n{string.Join('\n', prints)}"));
        var groups = Enumerable.Range(0, Groups).Select(group =>
            digest.Skip(group * Bytes).Take(Bytes).Aggregate(0, (sum, one) => ((sum * 256) + one) % 100_000).ToString("D5", CultureInfo.InvariantCulture));
        return string.Join(' ', groups);
    }

    private static RSA Read(string publicKey)
    {
        var rsa = RSA.Create();
        try
        {
            // Not ImportFromPem: it would take a private key as well.
            var pem = PemEncoding.Find(publicKey);
            if (!publicKey.AsSpan()[pem.Label].SequenceEqual("PUBLIC KEY"))
            {
                throw new CryptographicException("a public key must be a PEM block PUBLIC KEY");
            }

            rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey[pem.Base64Data]), out _);
            return rsa.KeySize >= KeyPair.Bits ? rsa : throw new CryptographicException($"a public key of {rsa.KeySize} bits is not used: it takes {KeyPair.Bits}");
        }
        catch (Exception fault)
        {
            rsa.Dispose();
            throw fault as CryptographicException ?? new CryptographicException("this is no public key", fault);
        }
    }
}
