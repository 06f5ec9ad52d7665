using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Messenger.Client.Crypto;

/// <summary>A file's name and media type, which the server sees as one text of base64url.</summary>
public sealed record SealedFileName(string Name, string Type)
{
    private const int IvBytes = 12;

    internal static SealedFileName Open(string text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> bound)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (bytes.Length < IvBytes)
            {
                throw new CryptographicException("this is no sealed file name");
            }

            var box = new Sealed(Convert.ToBase64String(bytes.AsSpan(IvBytes)), Convert.ToBase64String(bytes.AsSpan(0, IvBytes)));
            return JsonSerializer.Deserialize(box.Open(key, bound), CryptoJson.Default.SealedFileName) is { Name: not null } name
                ? name
                : throw new CryptographicException("a sealed file name must have a name");
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw new CryptographicException("this is no sealed file name", fault);
        }
    }

    internal string Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bound)
    {
        var box = Sealed.Seal(key, JsonSerializer.SerializeToUtf8Bytes(this, CryptoJson.Default.SealedFileName), bound);
        return Base64Url.EncodeToString([.. Convert.FromBase64String(box.IvBase64), .. Convert.FromBase64String(box.BodyBase64)]);
    }
}
