using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Messenger.Providers.Apns;

/// <summary>The token that Apple knows us by: an ES256 JWT, made anew when it is old, and no oftener.</summary>
/// <remarks>Apple refuses one that is older than an hour, and a change within 20 minutes.</remarks>
internal sealed class ProviderToken : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(45);

    /// <summary>Apple's lower bound between two of them.</summary>
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(20);

    private readonly Lock _gate = new();
    private readonly ECDsa _key = ECDsa.Create();
    private readonly string _keyId;
    private readonly string _teamId;
    private readonly TimeProvider _timeProvider;
    private string? _token;
    private DateTimeOffset _made;

    /// <exception cref="CryptographicException">The key is none on P-256.</exception>
    public ProviderToken(ApnsOptions options, TimeProvider timeProvider)
    {
        (_keyId, _teamId, _timeProvider) = (options.KeyId, options.TeamId, timeProvider);
        try
        {
            _key.ImportFromPem(options.Key);
        }
        catch (ArgumentException fault)
        {
            throw new CryptographicException("it is no key in PEM", fault);
        }

        if (_key.KeySize != 256)
        {
            throw new CryptographicException("it is no key on P-256");
        }
    }

    public string Current
    {
        get
        {
            lock (_gate)
            {
                var now = _timeProvider.GetUtcNow();
                if (_token is null || now - _made >= Life)
                {
                    (_token, _made) = (Sign(now), now);
                }

                return _token;
            }
        }
    }

    /// <summary>Apple says that this one is too old, by its own clock: the next is a new one, if that is allowed already.</summary>
    public void Expired(string token)
    {
        lock (_gate)
        {
            if (_token == token && _timeProvider.GetUtcNow() - _made >= Soonest)
            {
                _token = null;
            }
        }
    }

    public void Dispose() => _key.Dispose();

    private string Sign(DateTimeOffset now)
    {
        var content = $"{Part(new { alg = "ES256", kid = _keyId })}.{Part(new { iss = _teamId, iat = now.ToUnixTimeSeconds() })}";

        // The two numbers side by side, as JWS wants them.
        var signature = _key.SignData(System.Text.Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part<T>(T part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
