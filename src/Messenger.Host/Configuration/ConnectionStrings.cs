using System.Net;
using Npgsql;
using StackExchange.Redis;

namespace Messenger.Host.Configuration;

/// <summary>
/// Both connection strings are parsed by those who take them, before anything is connected to. Neither is repeated: of a form that was not
/// understood anything may be the password, what was taken for the name of a host too.
/// </summary>
internal static class ConnectionStrings
{
    public static string Postgres(string given)
    {
        try
        {
            var hosts = new NpgsqlConnectionStringBuilder(given).Host is { Length: > 0 } host
                ? host.Split(',')
                : throw ConfigKeys.Postgres.Refuse($"it names no Host; it takes {ConfigKeys.Postgres.Takes}", given);
            return hosts.All(host => IsHost(host.Trim()))
                ? given
                : throw ConfigKeys.Postgres.Refuse($"its Host is none; it takes {ConfigKeys.Postgres.Takes}, with semicolons between its parts", given);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            // What the parser says of it may be a part of a password with a semicolon in it.
            throw ConfigKeys.Postgres.Refuse($"it cannot be read, whether a URL or words that are no keywords; it takes {ConfigKeys.Postgres.Takes}", given);
        }
    }

    /// <summary>The name in one of several hosts, of which each may have its port; an absolute path is a socket's.</summary>
    public static string Name(string host)
    {
        var text = host.Trim();
        return !IPAddress.TryParse(text, out _) && text.LastIndexOf(':') is > 0 and var colon && text[(colon + 1)..].All(char.IsAsciiDigit) ? text[..colon] : text;
    }

    private static bool IsHost(string host) => host.StartsWith('/') || Uri.CheckHostName(Name(host).Trim('[', ']')) != UriHostNameType.Unknown;

    public static string Redis(string given)
    {
        try
        {
            var ends = ConfigurationOptions.Parse(given).EndPoints;
            return ends.Count == 0 ? throw ConfigKeys.Redis.Refuse($"it names no host; it takes {ConfigKeys.Redis.Takes}", given)
                : ends.All(end => end is not DnsEndPoint name || Uri.CheckHostName(name.Host) != UriHostNameType.Unknown) ? given
                : throw ConfigKeys.Redis.Refuse($"a URL, or a password with a comma in it, cannot be read; it takes {ConfigKeys.Redis.Takes}, with commas before password=... and ssl=true", given);
        }
        catch (ArgumentException)
        {
            throw ConfigKeys.Redis.Refuse($"it cannot be read; it takes {ConfigKeys.Redis.Takes}", given);
        }
    }
}
