using System.Security.Cryptography;

namespace Messenger.Client.Crypto;

/// <summary>AES-256-GCM ciphertext with its tag appended, and its iv, both in Base64.</summary>
public sealed record Sealed(string BodyBase64, string IvBase64)
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    private const int TagBytes = 16;
    private const int IvBytes = 12;

    /// <param name="bound">What is authenticated with it and not part of it.</param>
    public static Sealed Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound)
    {
        Span<byte> iv = stackalloc byte[IvBytes];
        RandomNumberGenerator.Fill(iv);
        var body = new byte[plain.Length + TagBytes];
        using var aes = new AesGcm(Checked(key), TagBytes);
        aes.Encrypt(iv, plain, body.AsSpan(0, plain.Length), body.AsSpan(plain.Length), bound);
        return new Sealed(Convert.ToBase64String(body), Convert.ToBase64String(iv));
    }

    /// <exception cref="CryptographicException">It was changed, or belongs elsewhere.</exception>
    public byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bound)
    {
        byte[] body;
        byte[] iv;
        try
        {
            (body, iv) = (Convert.FromBase64String(BodyBase64), Convert.FromBase64String(IvBase64));
        }
        catch (FormatException fault)
        {
            throw new CryptographicException("this is no ciphertext of ours", fault);
        }

        if (body.Length < TagBytes || iv.Length != IvBytes)
        {
            throw new CryptographicException("this is no ciphertext of ours");
        }

        var plain = new byte[body.Length - TagBytes];
        using var aes = new AesGcm(Checked(key), TagBytes);
        aes.Decrypt(iv, body.AsSpan(0, plain.Length), body.AsSpan(plain.Length), plain, bound);
        return plain;
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> key) =>
        key.Length == KeyBytes ? key : throw new CryptographicException($"a key has {KeyBytes} bytes, this one has {key.Length}");
}
