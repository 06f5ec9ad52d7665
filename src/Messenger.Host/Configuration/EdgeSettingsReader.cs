using System.Net;
using System.Net.Sockets;

namespace Messenger.Host.Configuration;

/// <summary>Reads the limits and <see cref="EdgeSettings"/>.</summary>
internal static class EdgeSettingsReader
{
    /// <summary>ASP.NET's own switch: it believes X-Forwarded-For of anybody.</summary>
    private const string BelievesEverybody = "ForwardedHeaders_Enabled";

    /// <summary>10.0.0.0/8 is the largest private network of IPv4, fc00::/7 that of IPv6: nobody's proxies are in more.</summary>
    private const int LeastPrefix = 8;

    private const int LeastPrefix6 = 7;

    /// <summary>Of ::ffff:0:0/96, which is IPv4.</summary>
    private const int MappedBits = 96;

    public static LimitSettings Limits(IConfiguration from, bool limitsEnabled) => new(
        ConfigKeys.CodesPerPhone.Read(from), ConfigKeys.WrongCodesPerDay.Read(from), ConfigKeys.RegistrationsPerAddress.Read(from), ConfigKeys.RegistrationsPerPrefix.Read(from),
        ConfigKeys.FailedLoginsPerAddress.Read(from), ConfigKeys.ConnectionsPerAddress.Read(from), ConfigKeys.RequestsPerSecond.Read(from),
        ConfigKeys.MessagesPerMinute.Read(from), ConfigKeys.CreationsPerHour.Read(from), ConfigKeys.AdditionsPerHour.Read(from),
        ConfigKeys.DiscoveryIdsPerDay.Read(from), ConfigKeys.DiscoveryCallsPerMinute.Read(from),
        BudgetKeys.Read(from, limitsEnabled));

    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static EdgeSettings Edge(IConfiguration from)
    {
        if (bool.TryParse(from[BelievesEverybody], out var everybody) && everybody)
        {
            throw new StartRefusedException(
                $"ASPNETCORE_FORWARDEDHEADERS_ENABLED lets every client choose its address: name your proxies in {ConfigKeys.TrustedProxies.Name} instead.");
        }

        return new EdgeSettings(
            [.. List(ConfigKeys.TrustedProxies, from).Select(Proxies)],
            [.. List(ConfigKeys.AllowedOrigins, from).Select(Origin)],
            Hosts(from),
            Tls(from));
    }

    private static IPNetwork Proxies(string text)
    {
        if (!IPNetwork.TryParse(text, out var network))
        {
            throw ConfigKeys.TrustedProxies.Refuse($"it takes {ConfigKeys.TrustedProxies.Takes}", text);
        }

        var (address, prefix) = network.BaseAddress.IsIPv4MappedToIPv6
            ? (network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits)
            : (network.BaseAddress, network.PrefixLength);
        return prefix >= (address.AddressFamily == AddressFamily.InterNetwork ? LeastPrefix : LeastPrefix6)
            ? network
            : throw ConfigKeys.TrustedProxies.Refuse("that is the half of the internet, and every client could choose its address: name the networks of your proxies", text);
    }

    private static string Origin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/')
            ? text.TrimEnd('/')
            : throw ConfigKeys.AllowedOrigins.Refuse($"it takes {ConfigKeys.AllowedOrigins.Takes}", text);

    private static IReadOnlyList<string> Hosts(IConfiguration from) =>
        ConfigKeys.AllowedHosts.IsGiven(from) ? [.. List(ConfigKeys.AllowedHosts, from).Select(Host)]
        : ConfigKeys.PublicUrl.Read(from) is { } url ? [url.Host]
        : [];

    private static string Host(string text) =>
        Uri.CheckHostName(text) != UriHostNameType.Unknown ? text : throw ConfigKeys.AllowedHosts.Refuse($"it takes {ConfigKeys.AllowedHosts.Takes}", text);

    private static TlsSettings? Tls(IConfiguration from)
    {
        var (certificate, key) = (ConfigKeys.TlsCertificate.Read(from), ConfigKeys.TlsKey.Read(from));
        if (certificate is null != key is null)
        {
            throw new StartRefusedException($"{ConfigKeys.TlsCertificate.Name} and {ConfigKeys.TlsKey.Name} are given together or not at all.");
        }

        foreach (var (name, path) in new[] { (ConfigKeys.TlsCertificate, certificate), (ConfigKeys.TlsKey, key) })
        {
            if (path is not null && !File.Exists(path))
            {
                throw name.Refuse("there is no such file", path);
            }
        }

        return certificate is null ? null : new TlsSettings(Path.GetFullPath(certificate), Path.GetFullPath(key!));
    }

    private static string[] List(ConfigKey<string?> key, IConfiguration from) =>
        key.Read(from)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
