using System.Net;
using Messenger.Providers.Postgres;
using Npgsql;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Messenger.Host.Configuration;

/// <summary>Where the stores are, out of a connection string in either form and the keys beside it: nowhere else is one put together.</summary>
internal static class StoreAddresses
{
    private static readonly ConfigKey[] PostgresParts =
        [StoreKeys.PostgresDatabase, StoreKeys.PostgresUser, StoreKeys.PostgresPassword, StoreKeys.PostgresPasswordFile, StoreKeys.PostgresOptions, StoreKeys.PostgresDirect];

    private static readonly ConfigKey[] RedisParts = [StoreKeys.RedisUser, StoreKeys.RedisPassword, StoreKeys.RedisPasswordFile, StoreKeys.RedisServiceName];

    /// <summary>Null where no PostgreSQL is given.</summary>
    /// <exception cref="StartRefusedException">What is given cannot be read, or does not fit together.</exception>
    public static PostgresOptions? Postgres(IConfiguration from)
    {
        // Read first: what it does not take is refused where it would not be used as well.
        var pooler = StoreKeys.PostgresPooler.Read(from) switch
        {
            StoreKeys.SessionPooler => Pooler.Session,
            StoreKeys.TransactionPooler => Pooler.Transaction,
            _ => Pooler.None,
        };
        var given = ConfigKeys.Postgres.Read(from);
        if (given is null && !StoreKeys.PostgresHost.IsGiven(from))
        {
            RefuseAlone(PostgresParts, from, StoreKeys.PostgresHost, ConfigKeys.Postgres);
            return null;
        }

        if (pooler == Pooler.Transaction && !StoreKeys.PostgresDirect.IsGiven(from))
        {
            throw new StartRefusedException(
                $"{StoreKeys.PostgresPooler.Name} is {StoreKeys.TransactionPooler}, and the log's writer and migrations need a connection to the server itself: give {StoreKeys.PostgresDirect.Name} too.");
        }

        var main = given is null ? new NpgsqlConnectionStringBuilder() : ConnectionStrings.Postgres(ConfigKeys.Postgres, given);
        var options = Options(from);
        Apply(main, options);
        if (StoreKeys.PostgresHost.Read(from) is { } host)
        {
            main.Host = ConnectionStrings.AreHosts(host) ? host : throw StoreKeys.PostgresHost.Refuse($"it takes {StoreKeys.PostgresHost.Takes}", host);
        }

        if (StoreKeys.PostgresPort.IsGiven(from))
        {
            main.Port = StoreKeys.PostgresPort.Read(from);
        }

        main.Database = StoreKeys.PostgresDatabase.Read(from) ?? main.Database;
        main.Username = StoreKeys.PostgresUser.Read(from) ?? main.Username;
        main.Password = StoreKeys.PostgresPassword.Read(from) ?? main.Password;
        if (Secret(from, StoreKeys.PostgresPassword, StoreKeys.PostgresPasswordFile) is { } file)
        {
            main.Password = null;
            main.Passfile = new PasswordFile(file).Path;
        }

        return new PostgresOptions(main.ToString()) { Pooler = pooler, Direct = StoreKeys.PostgresDirect.Read(from) is { } direct ? Direct(direct, main, options) : null };
    }

    /// <summary>Null where no Redis is given.</summary>
    /// <exception cref="StartRefusedException">What is given cannot be read, or does not fit together.</exception>
    public static RedisSettings? Redis(IConfiguration from)
    {
        var given = ConfigKeys.Redis.Read(from);
        if (given is null && !StoreKeys.RedisHost.IsGiven(from))
        {
            RefuseAlone(RedisParts, from, StoreKeys.RedisHost, ConfigKeys.Redis);
            return null;
        }

        var options = given is null ? new ConfigurationOptions() : ConnectionStrings.Redis(given);
        if (StoreKeys.RedisHost.Read(from) is { } hosts)
        {
            if (!ConnectionStrings.AreHosts(hosts))
            {
                throw StoreKeys.RedisHost.Refuse($"it takes {StoreKeys.RedisHost.Takes}", hosts);
            }

            options.EndPoints.Clear();
            foreach (var host in hosts.Split(','))
            {
                var name = ConnectionStrings.Name(host);
                options.EndPoints.Add(name == host.Trim() ? $"{name}:{StoreKeys.RedisPort.Read(from)}" : host.Trim());
            }
        }

        options.User = StoreKeys.RedisUser.Read(from) ?? options.User;
        options.ServiceName = StoreKeys.RedisServiceName.Read(from) ?? options.ServiceName;
        options.Ssl |= StoreKeys.RedisTls.Read(from);
        if (Secret(from, StoreKeys.RedisPassword, StoreKeys.RedisPasswordFile) is { } file)
        {
            options.Password = null;
            options.Defaults = new PasswordOf(file);
        }
        else
        {
            options.Password = StoreKeys.RedisPassword.Read(from) ?? options.Password;
        }

        return new RedisSettings(options, given?.Contains("keepAlive", StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <summary>The way past the pooler: who logs in, and what connections want, is the same unless it says otherwise.</summary>
    private static string Direct(string given, NpgsqlConnectionStringBuilder main, NpgsqlConnectionStringBuilder? options)
    {
        var direct = ConnectionStrings.Postgres(StoreKeys.PostgresDirect, given);
        Apply(direct, options);
        direct.Database ??= main.Database;
        direct.Username ??= main.Username;
        if (direct.Password is null && direct.Passfile is null)
        {
            (direct.Password, direct.Passfile) = (main.Password, main.Passfile);
        }

        return direct.ToString();
    }

    private static NpgsqlConnectionStringBuilder? Options(IConfiguration from)
    {
        try
        {
            return StoreKeys.PostgresOptions.Read(from) is { } given ? new NpgsqlConnectionStringBuilder(given) : null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new StartRefusedException($"{StoreKeys.PostgresOptions.Name} cannot be read: it takes {StoreKeys.PostgresOptions.Takes}.", fault);
        }
    }

    private static void Apply(NpgsqlConnectionStringBuilder to, NpgsqlConnectionStringBuilder? options)
    {
        foreach (var keyword in options?.Keys ?? [])
        {
            to[keyword] = options![keyword];
        }
    }

    /// <summary>The file of a password; null where there is none.</summary>
    private static string? Secret(IConfiguration from, ConfigKey<string?> password, ConfigKey<string?> file)
    {
        if (file.Read(from) is not { } path)
        {
            return null;
        }

        if (password.IsGiven(from))
        {
            throw new StartRefusedException($"{password.Name} and {file.Name} are both given: leave one of them out.");
        }

        try
        {
            return PasswordFile.Read(path).Length > 0 ? path : throw file.Refuse("there is nothing in it", path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw file.Refuse($"it cannot be read ({fault.GetType().Name})", path);
        }
    }

    /// <summary>A user or a password of a host that nobody named is a slip: the server would run embedded without a word.</summary>
    private static void RefuseAlone(IEnumerable<ConfigKey> parts, IConfiguration from, ConfigKey host, ConfigKey whole)
    {
        if (parts.FirstOrDefault(part => !string.IsNullOrWhiteSpace(from[part.Name])) is { } alone)
        {
            throw new StartRefusedException($"{alone.Name} is given, and neither {host.Name} nor {whole.Name} is: name the host.");
        }
    }

    /// <summary>Asked by the driver whenever it logs in.</summary>
    private sealed class PasswordOf(string path) : DefaultOptionsProvider
    {
        public override string? Password => PasswordFile.Read(path);
    }
}

/// <param name="KeepsAlive">Whether the operator said how often a silent connection is asked for a sign of life.</param>
internal sealed record RedisSettings(ConfigurationOptions Options, bool KeepsAlive)
{
    /// <summary>For a connection of its own: who takes it may change it.</summary>
    public ConfigurationOptions New() => Options.Clone();
}
