using System.Net;
using Npgsql;
using StackExchange.Redis;

namespace Messenger.Host.Configuration;

/// <summary>
/// Both connection strings, in the driver's form or as a URI, are parsed by those who take them, before anything is connected to. Neither is repeated: of
/// a form that was not understood anything may be the password, what was taken for the name of a host too.
/// </summary>
internal static class ConnectionStrings
{
    public static NpgsqlConnectionStringBuilder Postgres(ConfigKey<string?> key, string given)
    {
        try
        {
            var read = StoreUri.IsPostgres(given) ? StoreUri.Postgres(given) : new NpgsqlConnectionStringBuilder(given);
            return read.Host is not { Length: > 0 } host ? throw key.Refuse($"it names no Host; it takes {key.Takes}", given)
                : AreHosts(host) ? read
                : throw key.Refuse($"its Host is none; it takes {key.Takes}, with semicolons between its parts", given);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or NotSupportedException)
        {
            // What the parser says of it may be a part of a password with a semicolon in it.
            throw key.Refuse($"it cannot be read, whether a URI with a parameter that is not known here or words that are no keywords; it takes {key.Takes}", given);
        }
    }

    /// <summary>The name in one of several hosts, of which each may have its port; an absolute path is a socket's.</summary>
    public static string Name(string host)
    {
        var text = host.Trim();
        return !IPAddress.TryParse(text, out _) && text.LastIndexOf(':') is > 0 and var colon && text[(colon + 1)..].All(char.IsAsciiDigit) ? text[..colon] : text;
    }

    /// <summary>Whether each of several, separated by commas, may be a host.</summary>
    public static bool AreHosts(string hosts) => hosts.Split(',').All(host => IsHost(host.Trim()));

    private static bool IsHost(string host) => host.StartsWith('/') || Uri.CheckHostName(Name(host).Trim('[', ']')) != UriHostNameType.Unknown;

    public static ConfigurationOptions Redis(string given)
    {
        try
        {
            var read = StoreUri.IsRedis(given) ? StoreUri.Redis(given) : ConfigurationOptions.Parse(given);
            var ends = read.EndPoints;
            return ends.Count == 0 ? throw ConfigKeys.Redis.Refuse($"it names no host; it takes {ConfigKeys.Redis.Takes}", given)
                : ends.All(end => end is not DnsEndPoint name || Uri.CheckHostName(name.Host) != UriHostNameType.Unknown) ? read
                : throw ConfigKeys.Redis.Refuse($"it cannot be read; it takes {ConfigKeys.Redis.Takes}. A password with a comma in it goes into {StoreKeys.RedisPassword.Name} or a URI", given);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw ConfigKeys.Redis.Refuse($"it cannot be read; it takes {ConfigKeys.Redis.Takes}. A password with a comma in it goes into {StoreKeys.RedisPassword.Name} or a URI", given);
        }
    }
}
