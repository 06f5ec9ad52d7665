using System.Net;
using Messenger.Host.Configuration;
using Npgsql;

namespace Messenger.Host.Starting;

/// <summary>What may leave this machine without TLS, as far as the configuration tells.</summary>
internal static class Plaintext
{
    /// <exception cref="StartRefusedException">There is something, and it is to be refused.</exception>
    public static void Refuse(Settings settings, IConfiguration from, IHostEnvironment environment)
    {
        if (TransportKeys.Plaintext.Read(from) == TransportKeys.Refuse && Connections(settings, from, environment) is { Count: > 0 } plain)
        {
            throw new StartRefusedException($"{TransportKeys.Plaintext.Name} is {TransportKeys.Refuse}, and without TLS, and not on loopback, are: {string.Join(", ", plain)}.");
        }
    }

    /// <summary>Each as part of a sentence; no secret is in it.</summary>
    public static IReadOnlyList<string> Connections(Settings settings, IConfiguration from, IHostEnvironment environment)
    {
        var found = new List<string>();
        if (settings.Cluster is { } cluster)
        {
            if (new[] { cluster.Store.ConnectionString, cluster.Postgres }.Any(MayBePlain))
            {
                found.Add("PostgreSQL (SSL Mode is below Require)");
            }

            if (!cluster.Redis.Options.Ssl && cluster.Redis.Options.EndPoints.Any(end => !Loopback.Is(end is DnsEndPoint name ? name.Host : ((IPEndPoint)end).Address.ToString())))
            {
                found.Add("Redis (ssl is not true)");
            }

            if (settings.Silo.Tls is null && !Loopback.Is(settings.Silo.Address ?? ""))
            {
                found.Add($"the other processes ({TransportKeys.Certificate.Name} is not given)");
            }
        }

        // Where TLS ends before this process the operator says so by naming what ends it, or by the address that clients are given.
        if (settings.Silo.TerminatesSockets && settings.Edge.TrustedProxies.Count == 0 && settings.Gateway.PublicUrl?.Scheme != Uri.UriSchemeHttps
            && ListeningUrls.Urls(from, environment).FirstOrDefault(url => !url.StartsWith("https", StringComparison.OrdinalIgnoreCase) && !Loopback.Is(ListeningUrls.Host(url))) is { } url)
        {
            found.Add($"clients ({url}, no {ConfigKeys.TrustedProxies.Name} and no https {ConfigKeys.PublicUrl.Name})");
        }

        return found;
    }

    /// <summary>With less than Require the driver goes on without TLS where the server has none, or where somebody between says so.</summary>
    private static bool MayBePlain(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return parts.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer && parts.Host!.Split(',').Any(host => !Loopback.Is(ConnectionStrings.Name(host)));
    }
}
