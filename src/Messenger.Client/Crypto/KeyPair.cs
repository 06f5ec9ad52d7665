using System.Security.Cryptography;

namespace Messenger.Client.Crypto;

/// <summary>A user's RSA-4096 key pair: wraps session keys (OAEP, SHA-256) and signs them (PSS, SHA-256).</summary>
public sealed class KeyPair : IDisposable
{
    /// <summary>Bits of the modulus, as in the seed.</summary>
    public const int Bits = 4096;

    /// <summary>RSA objects are not promised to be safe from several threads.</summary>
    private readonly Lock _lock = new();
    private readonly RSA _rsa;

    private KeyPair(RSA rsa) => (_rsa, PublicKey) = (rsa, rsa.ExportSubjectPublicKeyInfoPem());

    /// <summary>The public half in PEM.</summary>
    public string PublicKey { get; }

    /// <summary>Takes seconds.</summary>
    public static KeyPair Create() => new(RSA.Create(Bits));

    /// <summary>Opens what <see cref="Export"/> made.</summary>
    /// <exception cref="CryptographicException">The passphrase is another one, or this is no wrapped private key.</exception>
    public static KeyPair Import(string wrapped, string passphrase)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        var rsa = RSA.Create();
        try
        {
            if (WrappedPrivateKey.Parse(wrapped) is { } key)
            {
                rsa.ImportPkcs8PrivateKey(key.Open(passphrase), out _);
            }
            else
            {
                // What earlier clients made; WrappedPrivateKey.IsOutdated tells.
                rsa.ImportFromEncryptedPem(wrapped, passphrase);
            }

            return new KeyPair(rsa);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            rsa.Dispose();
            throw new CryptographicException("the passphrase does not open the private key", fault);
        }
    }

    /// <summary>The private half wrapped under a passphrase, in the form of <see cref="WrappedPrivateKey"/>: what the server keeps for its owner.</summary>
    /// <exception cref="ArgumentException">The passphrase is empty: anybody could open it.</exception>
    public string Export(string passphrase)
    {
        ArgumentException.ThrowIfNullOrEmpty(passphrase);
        return WrappedPrivateKey.Wrap(_rsa.ExportPkcs8PrivateKey(), passphrase);
    }

    /// <summary>A private key in the clear, from another device of the same person.</summary>
    /// <exception cref="CryptographicException">It is no private key of this kind.</exception>
    internal static KeyPair FromPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
            return rsa.KeySize >= Bits ? new KeyPair(rsa) : throw new CryptographicException($"a private key of {rsa.KeySize} bits is not used: it takes {Bits}");
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    /// <summary>In the clear, for another device of the same person.</summary>
    internal byte[] ExportPkcs8() => _rsa.ExportPkcs8PrivateKey();

    /// <exception cref="CryptographicException">It was wrapped for somebody else, or changed.</exception>
    public byte[] Unwrap(string wrapped)
    {
        try
        {
            lock (_lock)
            {
                return _rsa.Decrypt(Convert.FromBase64String(wrapped), RSAEncryptionPadding.OaepSHA256);
            }
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            throw new CryptographicException("the key is not wrapped for this key pair", fault);
        }
    }

    public string Sign(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            return Convert.ToBase64String(_rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        }
    }

    public void Dispose() => _rsa.Dispose();
}
