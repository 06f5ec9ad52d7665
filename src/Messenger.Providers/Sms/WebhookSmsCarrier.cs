using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Messenger.Providers.Sms;

/// <summary>
/// Posts <c>{"id","to","text"}</c>. <c>X-Messenger-Signature: v1=HEX</c> is the HMAC-SHA-256 of <c>TIMESTAMP.BODY</c> under the shared secret,
/// <c>X-Messenger-Timestamp</c> the seconds since the Unix epoch: a receiver refuses what is older than some minutes, and an id it has seen.
/// </summary>
internal sealed class WebhookSmsCarrier(WebhookSmsOptions options, TimeProvider timeProvider) : ISmsCarrier
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(options.Secret);

    public string Name => "webhook";

    public bool IsIdempotent => true;

    public HttpRequestMessage Request(Guid id, string phone, string text)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id, to = phone, text });
        var timestamp = timeProvider.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        var signature = HMACSHA256.HashData(_secret, signed);
        return new HttpRequestMessage(HttpMethod.Post, options.Url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
            Headers =
            {
                { "X-Messenger-Timestamp", timestamp },
                { "X-Messenger-Signature", $"v1={Convert.ToHexStringLower(signature)}" },
                { "Idempotency-Key", id.ToString() },
            },
        };
    }
}
