using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messenger.Client.Crypto;

/// <summary>The seed's JSON around a nick or a title; outside a conversation the last two are left out.</summary>
public sealed record SealedLabel(
    string EncryptedBodyBase64, string IvBase64, string? ConversationUuid = null, string? SessionKeyUuid = null)
{
    [JsonIgnore]
    public Sealed Body => new(EncryptedBodyBase64, IvBase64);

    public static SealedLabel Of(Sealed body, string? conversation = null, string? sessionKey = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new(body.BodyBase64, body.IvBase64, conversation, sessionKey);
    }

    /// <exception cref="FormatException">It is no Base64 of such an object.</exception>
    public static SealedLabel Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(text), CryptoJson.Default.SealedLabel)
                is { EncryptedBodyBase64: not null, IvBase64: not null } label
                ? label
                : throw new FormatException("a label must have encryptedBodyBase64 and ivBase64");
        }
        catch (JsonException fault)
        {
            throw new FormatException("a label must be Base64 of a JSON object", fault);
        }
    }

    /// <summary>As it goes to the server: Base64 of the JSON.</summary>
    public string ToText() => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, CryptoJson.Default.SealedLabel));
}
