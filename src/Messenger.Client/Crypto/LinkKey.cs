using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Messenger.Client.Crypto;

/// <summary>One side's key of one link between two devices: P-256, agreed once. The format is in docs/clients.md.</summary>
internal sealed class LinkKey : IDisposable
{
    /// <summary>An uncompressed point: 4, and two coordinates.</summary>
    private const int PointBytes = 1 + (2 * CoordinateBytes);
    private const int CoordinateBytes = 32;
    private const int Digits = 1_000_000;

    private readonly ECDiffieHellman _key;

    public LinkKey()
        : this(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256))
    {
    }

    /// <param name="key">Taken over.</param>
    internal LinkKey(ECDiffieHellman key)
    {
        _key = key;
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        Public = Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]);
    }

    /// <summary>In base64url, without padding.</summary>
    public string Public { get; }

    /// <summary>What both sides show or ask for: six digits of the link and both keys.</summary>
    /// <param name="transcript">Of <see cref="Transcript"/>.</param>
    public static string SixDigits(string transcript) =>
        (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(transcript))) % Digits).ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>What both sides are sure to mean by one link.</summary>
    public static string Transcript(string link, string newKey, string oldKey) => $"{link.ToLowerInvariant()}.{newKey}.{oldKey}";

    /// <summary>Base64 as the wire has it, to base64url.</summary>
    public static string ToUrl(string base64) => base64.Replace('+', '-').Replace('/', '_').TrimEnd('=');

    /// <summary>For the other side, which alone can open it.</summary>
    public string Seal(string otherPublic, string transcript, ReadOnlySpan<byte> plain)
    {
        var box = Sealed.Seal(Agree(otherPublic, transcript), plain, Bound(transcript));
        return Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new LinkBody(1, box.IvBase64, box.BodyBase64), CryptoJson.Default.LinkBody));
    }

    /// <exception cref="CryptographicException">The other side did not make it for this link.</exception>
    public byte[] Open(string otherPublic, string transcript, string body)
    {
        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(body), CryptoJson.Default.LinkBody) is { Version: 1, IvBase64: { } iv, EncryptedBase64: { } sealedContent }
                ? new Sealed(sealedContent, iv).Open(Agree(otherPublic, transcript), Bound(transcript))
                : throw new CryptographicException("the other device is newer: update this one");
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw new CryptographicException("this is nothing that the other device sealed", fault);
        }
    }

    public void Dispose() => _key.Dispose();

    private static byte[] Bound(string transcript) => Encoding.UTF8.GetBytes($"link\n{transcript}");

    private byte[] Agree(string otherPublic, string transcript)
    {
        byte[] point;
        try
        {
            point = Base64Url.DecodeFromChars(otherPublic);
        }
        catch (FormatException fault)
        {
            throw new CryptographicException("the other device's key is no key", fault);
        }

        if (point.Length != PointBytes || point[0] != 4)
        {
            throw new CryptographicException("the other device's key is no uncompressed point of P-256");
        }

        using var other = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..(1 + CoordinateBytes)], Y = point[(1 + CoordinateBytes)..] },
        });
        return HKDF.DeriveKey(
            HashAlgorithmName.SHA256, _key.DeriveRawSecretAgreement(other.PublicKey), Sealed.KeyBytes, Encoding.UTF8.GetBytes("messenger-link\n1"),
            Encoding.UTF8.GetBytes(transcript));
    }
}

/// <summary>As it goes over the link, in Base64.</summary>
internal sealed record LinkBody(int Version, string IvBase64, string EncryptedBase64);

/// <summary>What an old device gives a new one.</summary>
/// <param name="Number">In E.164.</param>
/// <param name="Name">What the person calls itself, or null.</param>
/// <param name="PrivateKeyBase64">The person's private key, PKCS#8.</param>
/// <param name="MetaDataKeyBase64">The key of the person's own labels; null where there is none.</param>
/// <param name="PrivateKeyEncryptedBase64">The private key as it is wrapped for the server.</param>
internal sealed record LinkContent(
    string Number, string? Name, string PrivateKeyBase64, string? MetaDataKeyBase64, string? PrivateKeyEncryptedBase64, string? KeyPairUuid);
