using System.Net;
using Npgsql;
using StackExchange.Redis;

namespace Messenger.Host.Configuration;

/// <summary>
/// The URIs that operators of databases hand out, as the drivers want them: <c>postgresql://user:password@host:port,host/database?sslmode=verify-full</c> as libpq
/// has it, and <c>redis://user:password@host:port/database</c>, <c>rediss://</c> with TLS. Parsed by hand: of several hosts <see cref="Uri"/> knows nothing.
/// </summary>
internal static class StoreUri
{
    /// <summary>libpq's parameters and Npgsql's words for them. What is not here is refused: left out, it would be missing without a word.</summary>
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["target_session_attrs"] = "Target Session Attributes",
        ["connect_timeout"] = "Timeout",
        ["keepalives_idle"] = "Tcp Keepalive Time",
        ["application_name"] = "Application Name",
        ["options"] = "Options",
        ["passfile"] = "Passfile",
        ["channel_binding"] = "Channel Binding",
        ["client_encoding"] = "Client Encoding",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["host"] = "Host",
        ["port"] = "Port",
    };

    public static bool IsPostgres(string given) => Starts(given, "postgresql://") || Starts(given, "postgres://");

    public static bool IsRedis(string given) => Starts(given, "redis://") || Starts(given, "rediss://");

    /// <exception cref="FormatException">It is not such a URI. The message holds nothing of it.</exception>
    public static NpgsqlConnectionStringBuilder Postgres(string given)
    {
        var parts = Parts.Of(given);
        var result = new NpgsqlConnectionStringBuilder();
        if (parts.Hosts.Length > 0)
        {
            result.Host = parts.Hosts;
        }

        Set("user", parts.User);
        Set("password", parts.Password);
        Set("dbname", parts.Path);
        foreach (var (name, value) in parts.Query)
        {
            Set(name, value);
        }

        return result;

        void Set(string name, string? value)
        {
            if (value is null)
            {
                return;
            }

            if (!Parameters.TryGetValue(name, out var keyword))
            {
                throw new FormatException("it has a parameter that is not known here");
            }

            result[keyword] = keyword == "SSL Mode" || keyword == "Target Session Attributes" ? value.Replace("-", keyword == "SSL Mode" ? "" : "-", StringComparison.Ordinal) : value;
        }
    }

    /// <inheritdoc cref="Postgres"/>
    public static ConfigurationOptions Redis(string given)
    {
        var parts = Parts.Of(given);
        var result = new ConfigurationOptions { Ssl = Starts(given, "rediss://"), User = parts.User is { Length: > 0 } user ? user : null, Password = parts.Password };
        foreach (var host in parts.Hosts.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            result.EndPoints.Add(host);
        }

        if (parts.Path is { } database)
        {
            result.DefaultDatabase = int.TryParse(database, out var number) ? number : throw new FormatException("its database is no number");
        }

        return parts.Query.Count == 0 ? result : throw new FormatException("it has a parameter that is not known here");
    }

    private static bool Starts(string given, string scheme) => given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);

    /// <param name="Hosts">As they stand, each with its port where it has one.</param>
    /// <param name="Path">What is behind the first slash; null for nothing.</param>
    private sealed record Parts(string? User, string? Password, string Hosts, string? Path, IReadOnlyList<(string Name, string Value)> Query)
    {
        public static Parts Of(string given)
        {
            var rest = given[(given.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var query = "";
            if (rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
            {
                (rest, query) = (rest[..mark], rest[(mark + 1)..]);
            }

            // A password may hold slashes that nobody escaped: whoever made the URI is to be understood where that can be done.
            var at = rest.LastIndexOf('@');
            var login = at < 0 ? "" : rest[..at];
            var place = rest[(at + 1)..];
            var slash = place.IndexOf('/', StringComparison.Ordinal);
            var (hosts, path) = slash < 0 ? (place, "") : (place[..slash], place[(slash + 1)..]);
            var colon = login.IndexOf(':', StringComparison.Ordinal);
            return new Parts(
                at < 0 ? null : Plain(colon < 0 ? login : login[..colon]),
                colon < 0 ? null : Plain(login[(colon + 1)..]),
                WebUtility.UrlDecode(hosts.Replace("+", "%2B", StringComparison.Ordinal)),
                path.Length == 0 ? null : Plain(path),
                [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2) is [var name, var value]
                    ? (Plain(name), Plain(value)) : throw new FormatException("it has a parameter without a value"))]);
        }

        private static string Plain(string text) => Uri.UnescapeDataString(text);
    }
}
