using System.Buffers.Binary;
using System.Security.Cryptography;
using Messenger.Ports;

namespace Messenger.Providers.WebPush;

/// <summary>Encrypts for one browser (RFC 8291, aes128gcm of RFC 8188): a push service sees neither what is said nor how long it is.</summary>
internal static class WebPushCipher
{
    /// <summary>What every push is made as long as, in bytes of plain text: all there is to say fits, and none tells by its length what it is.</summary>
    public const int PaddedBytes = 512;

    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int RecordSize = 4096;

    public static byte[] Encrypt(WebPushSubscription to, ReadOnlySpan<byte> text)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(to, text, own, RandomNumberGenerator.GetBytes(SaltBytes), PaddedBytes);
    }

    /// <param name="own">Drawn for this push alone.</param>
    /// <param name="padded">No shorter than the text.</param>
    internal static byte[] Encrypt(WebPushSubscription to, ReadOnlySpan<byte> text, ECDiffieHellman own, byte[] salt, int padded)
    {
        if (text.Length > padded)
        {
            throw new InvalidOperationException($"a push of {text.Length} bytes, and there is room for {padded}");
        }

        var point = own.ExportParameters(includePrivateParameters: false).Q;
        byte[] mine = [4, .. point.X!, .. point.Y!];
        using var theirs = ECDiffieHellman.Create(WebPushSubscription.Parameters(to.Key));
        var secret = own.DeriveRawSecretAgreement(theirs.PublicKey);
        var input = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, to.Auth, [.. "WebPush: info\0"u8, .. to.Key, .. mine]);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, input, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, input, 12, salt, "Content-Encoding: nonce\0"u8.ToArray());

        // The one record: the text, the mark of the last one, zeros.
        var plain = new byte[padded + 1];
        text.CopyTo(plain);
        plain[text.Length] = 2;
        var header = SaltBytes + 4 + 1 + mine.Length;
        var body = new byte[header + plain.Length + TagBytes];
        salt.CopyTo(body, 0);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(SaltBytes), RecordSize);
        body[SaltBytes + 4] = (byte)mine.Length;
        mine.CopyTo(body, SaltBytes + 5);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, plain, body.AsSpan(header, plain.Length), body.AsSpan(header + plain.Length));
        return body;
    }
}
