using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messenger.Client.Crypto;

/// <summary>AES-256-GCM ciphertext with its tag appended, and its iv, both in Base64.</summary>
public sealed record Sealed(string BodyBase64, string IvBase64)
{
    private const int TagBytes = 16;
    private const int IvBytes = 12;

    /// <param name="bound">What is authenticated with it and not part of it.</param>
    public static Sealed Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound)
    {
        var iv = RandomNumberGenerator.GetBytes(IvBytes);
        var body = new byte[plain.Length + TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(iv, plain, body.AsSpan(0, plain.Length), body.AsSpan(plain.Length), bound);
        return new Sealed(Convert.ToBase64String(body), Convert.ToBase64String(iv));
    }

    /// <exception cref="CryptographicException">It was changed, or belongs elsewhere.</exception>
    public byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bound)
    {
        try
        {
            var (body, iv) = (Convert.FromBase64String(BodyBase64), Convert.FromBase64String(IvBase64));
            if (body.Length < TagBytes || iv.Length != IvBytes)
            {
                throw new CryptographicException("this is no ciphertext of ours");
            }

            var plain = new byte[body.Length - TagBytes];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(iv, body.AsSpan(0, plain.Length), body.AsSpan(plain.Length), plain, bound);
            return plain;
        }
        catch (FormatException fault)
        {
            throw new CryptographicException("this is no ciphertext of ours", fault);
        }
    }
}

/// <summary>The seed's JSON around a nick or a title; outside a conversation the last two are left out.</summary>
public sealed record SealedLabel(
    string? ConversationUuid, string EncryptedBodyBase64, string IvBase64, string? SessionKeyUuid)
{
    [JsonIgnore]
    public Sealed Body => new(EncryptedBodyBase64, IvBase64);

    public static SealedLabel Of(Sealed body, string? conversation, string? sessionKey)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new(conversation, body.BodyBase64, body.IvBase64, sessionKey);
    }

    /// <exception cref="FormatException">It is no Base64 of such an object.</exception>
    public static SealedLabel Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(text), ClientJson.Default.SealedLabel)
                ?? throw new FormatException("a label must be an object");
        }
        catch (JsonException fault)
        {
            throw new FormatException("a label must be Base64 of a JSON object", fault);
        }
    }

    public string ToText() => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, ClientJson.Default.SealedLabel));
}
