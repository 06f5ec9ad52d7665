using System.Security.Cryptography;

namespace Messenger.Client.Crypto;

/// <summary>A user's RSA-4096 key pair: wraps session keys (OAEP, SHA-256) and signs them (PSS, SHA-256).</summary>
public sealed class KeyPair : IDisposable
{
    /// <summary>Bits of the modulus, as in the seed.</summary>
    private const int Bits = 4096;

    /// <summary>PBKDF2 rounds between the passphrase and the key that wraps the private key: OWASP's figure for SHA-256.</summary>
    private const int Iterations = 600_000;

    private readonly RSA _rsa;

    private KeyPair(RSA rsa) => _rsa = rsa;

    /// <summary>The public half in PEM.</summary>
    public string PublicKey => _rsa.ExportSubjectPublicKeyInfoPem();

    /// <summary>Takes seconds.</summary>
    public static KeyPair Create()
    {
        var rsa = RSA.Create(Bits);
        _ = rsa.ExportParameters(false);
        return new KeyPair(rsa);
    }

    /// <summary>Opens what <see cref="Export"/> made.</summary>
    /// <exception cref="CryptographicException">The passphrase is another one.</exception>
    public static KeyPair Import(string encryptedPem, string passphrase)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromEncryptedPem(encryptedPem, passphrase);
            return new KeyPair(rsa);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    /// <summary>The private half in PEM, wrapped under a passphrase: what the server keeps for its owner.</summary>
    public string Export(string passphrase) => _rsa.ExportEncryptedPkcs8PrivateKeyPem(
        passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations));

    public byte[] Unwrap(string wrapped) => _rsa.Decrypt(Convert.FromBase64String(wrapped), RSAEncryptionPadding.OaepSHA256);

    public string Sign(ReadOnlySpan<byte> data) =>
        Convert.ToBase64String(_rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));

    public void Dispose() => _rsa.Dispose();
}

/// <summary>What can be done with somebody's public key.</summary>
public static class PublicKeys
{
    /// <summary>Wraps a key for its owner.</summary>
    public static string Wrap(string publicKey, ReadOnlySpan<byte> key)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(publicKey);
        return Convert.ToBase64String(rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256));
    }

    public static bool Verify(string publicKey, ReadOnlySpan<byte> data, string signature)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(publicKey);
        Span<byte> bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && rsa.VerifyData(data, bytes[..length], HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    /// <summary>What two people can compare by voice: the SHA-256 of the key, in hexadecimal.</summary>
    public static string Fingerprint(string publicKey)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(publicKey);
        return Convert.ToHexStringLower(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()));
    }
}
