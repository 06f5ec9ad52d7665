using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Messenger.Providers.Http;

/// <summary>
/// JSON for a server of the operator's own. <c>X-Messenger-Signature: v1=HEX</c> is the HMAC-SHA-256 of <c>TIMESTAMP.BODY</c> under the shared secret,
/// <c>X-Messenger-Timestamp</c> the seconds since the Unix epoch: a receiver refuses what is older than some minutes, and an id it has seen.
/// </summary>
internal sealed class SignedPost(Uri url, string secret, TimeProvider timeProvider)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    public HttpRequestMessage Of(Guid id, byte[] body)
    {
        var timestamp = timeProvider.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        var signature = HMACSHA256.HashData(_secret, signed);
        return new HttpRequestMessage(HttpMethod.Post, url)
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
