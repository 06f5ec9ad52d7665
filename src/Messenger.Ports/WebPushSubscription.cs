using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Messenger.Ports;

/// <summary>Where a browser is pushed to: a push token that is a JSON object.</summary>
/// <param name="Endpoint">https, port 443, a name of the DNS, of a service that the operator takes.</param>
/// <param name="Key">The browser's public key: a point of P-256, uncompressed.</param>
/// <param name="Auth">16 bytes that the browser shares with who pushes.</param>
public sealed record WebPushSubscription(Uri Endpoint, byte[] Key, byte[] Auth)
{
    /// <summary>The same whatever failed, so that nobody learns which hosts there are.</summary>
    public const string Refusal = "token is no Web Push subscription that this server takes: a JSON object with the https endpoint of a known push service, keys.p256dh and keys.auth";

    /// <summary>Any push service: for UnifiedPush.</summary>
    public const string AnyHost = "*";

    private const int KeyBytes = 65;
    private const int AuthBytes = 16;

    /// <summary>An endpoint: those of browsers have some 200 characters.</summary>
    private const int MaxEndpoint = 2048;

    /// <summary>The browsers' own services.</summary>
    public static IReadOnlyList<string> Browsers { get; } =
        ["fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.services.mozilla.com", "web.push.apple.com", "*.push.apple.com", "*.notify.windows.com"];

    /// <summary>Whether it means to be one: no other kind of push token begins so.</summary>
    public static bool IsMeant(string? token) => token is not null && token.AsSpan().TrimStart().StartsWith("{");

    /// <summary>Null where it is none, or of a service that is not taken. Asks nobody.</summary>
    /// <param name="hosts">Names, names that begin with <c>*.</c>, or <see cref="AnyHost"/>.</param>
    public static WebPushSubscription? Parse(string token, IReadOnlyList<string> hosts)
    {
        try
        {
            using var document = JsonDocument.Parse(token);
            var (root, keys) = (document.RootElement, document.RootElement.GetProperty("keys"));
            var endpoint = root.GetProperty("endpoint").GetString();
            return endpoint is { Length: <= MaxEndpoint } && Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && IsTaken(url, hosts)
                && Bytes(keys.GetProperty("p256dh").GetString()) is { Length: KeyBytes } key && IsPoint(key)
                && Bytes(keys.GetProperty("auth").GetString()) is { Length: AuthBytes } auth
                ? new WebPushSubscription(url, key, auth)
                : null;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The parameters of a public key; throws for what is no point of the curve when it is imported.</summary>
    public static ECParameters Parameters(byte[] key) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = key[1..33], Y = key[33..] },
    };

    private static bool IsTaken(Uri url, IReadOnlyList<string> hosts) =>
        url.Scheme == Uri.UriSchemeHttps && url.Port == 443 && url.HostNameType == UriHostNameType.Dns && url.UserInfo.Length == 0 && url.Fragment.Length == 0
        && url.IdnHost.Contains('.', StringComparison.Ordinal) && hosts.Any(host => Matches(url.IdnHost, host));

    private static bool Matches(string name, string host) =>
        host == AnyHost
        || (host.StartsWith("*.", StringComparison.Ordinal) ? name.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase) : name.Equals(host, StringComparison.OrdinalIgnoreCase));

    private static byte[]? Bytes(string? base64Url) => base64Url is null ? null : Base64Url.DecodeFromChars(base64Url);

    private static bool IsPoint(byte[] key)
    {
        if (key[0] != 4)
        {
            return false;
        }

        try
        {
            using var point = ECDiffieHellman.Create(Parameters(key));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
