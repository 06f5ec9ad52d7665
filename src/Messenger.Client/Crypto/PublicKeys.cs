using System.Security.Cryptography;

namespace Messenger.Client.Crypto;

/// <summary>What can be done with somebody's public key, given in PEM.</summary>
/// <remarks>All throw <see cref="CryptographicException"/> for what is no RSA key of at least <see cref="KeyPair.Bits"/> bits.</remarks>
public static class PublicKeys
{
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
