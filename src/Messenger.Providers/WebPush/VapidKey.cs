using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Messenger.Providers.WebPush;

/// <summary>What a push service knows this server by (RFC 8292).</summary>
public sealed class VapidKey
{
    private const int PrivateBytes = 32;

    /// <summary>A service takes tokens of a day at most.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private readonly byte[] _private;
    private readonly ECParameters _parameters;

    private VapidKey(ECParameters parameters)
    {
        (_parameters, _private) = (parameters, parameters.D!);
        PublicKey = Base64Url.EncodeToString([4, .. parameters.Q.X!, .. parameters.Q.Y!]);
    }

    /// <summary>As a browser subscribes with it: base64url of the uncompressed point.</summary>
    public string PublicKey { get; }

    /// <summary>As it stands in the configuration: base64url of 32 bytes.</summary>
    public string PrivateKey => Base64Url.EncodeToString(_private);

    public static VapidKey Draw()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new VapidKey(key.ExportParameters(includePrivateParameters: true));
    }

    /// <summary>Null where it is no private key of P-256 in base64url.</summary>
    public static VapidKey? Parse(string text)
    {
        try
        {
            if (Base64Url.DecodeFromChars(text) is not { Length: PrivateBytes } bytes)
            {
                return null;
            }

            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = bytes });
            return new VapidKey(key.ExportParameters(includePrivateParameters: true));
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The value of Authorization for one service.</summary>
    public string Authorization(Uri endpoint, string subject, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var claims = new Dictionary<string, object> { ["aud"] = endpoint.GetLeftPart(UriPartial.Authority), ["exp"] = (now + Life).ToUnixTimeSeconds(), ["sub"] = subject };
        var signed = $"{Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8)}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        using var key = ECDsa.Create(_parameters);
        return $"vapid t={signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}, k={PublicKey}";
    }

    /// <summary>What stands for a conversation at a push service: it is told no uuid, and the same one each time.</summary>
    public string Topic(string collapseKey) => Base64Url.EncodeToString(HMACSHA256.HashData(_private, Encoding.UTF8.GetBytes("topic " + collapseKey)).AsSpan(0, 24));
}
