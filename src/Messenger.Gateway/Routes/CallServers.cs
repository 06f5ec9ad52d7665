using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Routes;

/// <summary>Credentials for the relays of calls, made here and checked there: both know a secret, and neither asks the other.</summary>
/// <remarks>As coturn's <c>use-auth-secret</c> has it: the username is EXPIRY:NAME, the password Base64 of HMAC-SHA-1 of the username.</remarks>
internal sealed class CallServers(IOptions<CallsOptions> options, TimeProvider timeProvider)
{
    /// <summary>Of a name: nobody's two names meet by chance.</summary>
    private const int NameBytes = 16;

    private readonly CallsOptions _options = options.Value;
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(options.Value.TurnSecret);

    public ResponseCallServers For(string userId)
    {
        var now = timeProvider.GetUtcNow();
        var expires = (now + _options.TurnLifetime).ToUnixTimeSeconds();
        var username = string.Create(CultureInfo.InvariantCulture, $"{expires}:{NameOf(userId, now)}");
#pragma warning disable CA5350 // What coturn takes; nothing breaks HMAC-SHA-1.
        var credential = Convert.ToBase64String(HMACSHA1.HashData(_secret, Encoding.UTF8.GetBytes(username)));
#pragma warning restore CA5350
        return new ResponseCallServers([new IceServer([.. _options.TurnUris], username, credential)], expires * 1000);
    }

    /// <summary>
    /// The same at every gateway for a day, so that a relay counts one person as one; another the next day. It travels in the clear, and who hears it on the
    /// way, or reads the relay's log, learns nothing of whose it is.
    /// </summary>
    private string NameOf(string userId, DateTimeOffset now) => Base64Url.EncodeToString(
        HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"call-name {now:yyyy-MM-dd} {userId}"))).AsSpan(0, NameBytes));
}
