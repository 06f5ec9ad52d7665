using System.Text;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Host.Configuration;

/// <summary>Reads <see cref="Settings"/>, and refuses what does not fit together.</summary>
internal static class SettingsReader
{
    /// <summary>Orleans' own port.</summary>
    private const int ClusterPort = 11111;

    /// <summary>Of the cluster's secret: what nobody guesses.</summary>
    private const int LeastSecret = 32;

    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static Settings Read(IConfiguration from, IHostEnvironment environment)
    {
        UnknownKeys.Refuse(from);
        var cluster = Cluster(from, environment);
        var data = Data(from, cluster is null);
        return new Settings(cluster, Silo(from, cluster is null), data, Gateway(from),
            Registration(from, environment), LimitsEnabled(from, environment), EdgeSettingsReader.Limits(from, LimitsEnabled(from, environment)), EdgeSettingsReader.Edge(from),
            IntegrationSettingsReader.Read(from), FileSettingsReader.Read(from, cluster is null ? data.Directory : null),
            ConfigKeys.Explorer.IsGiven(from) ? ConfigKeys.Explorer.Read(from) : environment.IsDevelopment(),
            ConfigKeys.Web.IsGiven(from) ? ConfigKeys.Web.Read(from) : environment.IsDevelopment(), Server(from),
            EditionKeys.Read(from), CallsKeys.Read(from));
    }

    private static ClusterSettings? Cluster(IConfiguration from, IHostEnvironment environment)
    {
        var (postgres, redis) = (StoreAddresses.Postgres(from), StoreAddresses.Redis(from));
        if (postgres is null != redis is null)
        {
            var (given, missing) = postgres is null ? (ConfigKeys.Redis, ConfigKeys.Postgres) : (ConfigKeys.Postgres, ConfigKeys.Redis);
            throw new StartRefusedException(
                $"{given.Name} is given and {missing.Name} is not: a cluster needs both, and a server without either runs embedded.");
        }

        var (id, ifNew) = (ClusterId(ConfigKeys.ClusterId, from), ClusterId(ConfigKeys.ClusterIdIfNew, from));
        var secret = ConfigKeys.ClusterSecret.Read(from);
        if (secret is { Length: < LeastSecret })
        {
            throw ConfigKeys.ClusterSecret.Refuse($"it takes {ConfigKeys.ClusterSecret.Takes}", secret);
        }

        return postgres is null ? null : new ClusterSettings(
            id, ifNew ?? ClusterSettings.FirstId, secret is null ? null : Encoding.UTF8.GetBytes(secret), environment.EnvironmentName,
            postgres, redis!);
    }

    private static string? ClusterId(ConfigKey<string?> key, IConfiguration from) =>
        key.Read(from) is not { } id ? null
        : id.Length <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? id
        : throw key.Refuse($"it takes {key.Takes}", id);

    private static SiloSettings Silo(IConfiguration from, bool embedded)
    {
        var role = ConfigKeys.Role.Read(from);
        if (embedded && role != SiloRoles.All)
        {
            throw ConfigKeys.Role.Refuse(
                $"a server without {ConfigKeys.Postgres.Name} and {ConfigKeys.Redis.Name} runs embedded, alone, and takes only {SiloRoles.All}", role);
        }

        var address = ConfigKeys.SiloAddress.Read(from);
        if (address is not null && Uri.CheckHostName(address) == UriHostNameType.Unknown)
        {
            throw ConfigKeys.SiloAddress.Refuse($"it takes {ConfigKeys.SiloAddress.Takes}", address);
        }

        var port = ConfigKeys.SiloPort.Read(from);
        return new SiloSettings(role, port >= 0 ? port : embedded ? 0 : ClusterPort, address ?? (embedded ? "127.0.0.1" : null), TransportKeys.Read(from, embedded));
    }

    private static DataSettings Data(IConfiguration from, bool embedded) =>
        new(Path.GetFullPath(ConfigKeys.DataDirectory.Read(from) ?? "data"), embedded || ConfigKeys.MigrateOnStart.Read(from), CredentialKeys(from));

    /// <summary>Newest first.</summary>
    private static byte[][] CredentialKeys(IConfiguration from)
    {
        if (ConfigKeys.CredentialKey.Read(from) is not { } text)
        {
            return [];
        }

        var keys = Array.ConvertAll(text.Split(',', StringSplitOptions.TrimEntries), one =>
        {
            var key = new byte[CredentialSeal.KeyBytes];
            return one.Length == 44 && Convert.TryFromBase64String(one, key, out var bytes) && bytes == key.Length
                ? key
                : throw ConfigKeys.CredentialKey.Refuse($"it takes {ConfigKeys.CredentialKey.Takes}", one);
        });
        return keys.Length <= CredentialSeal.MostKeys ? keys : throw ConfigKeys.CredentialKey.Refuse($"it takes {ConfigKeys.CredentialKey.Takes}", text);
    }

    private static GatewaySettings Gateway(IConfiguration from) =>
        new(ConfigKeys.MaxMessageBytes.Read(from), ConfigKeys.PublicUrl.Read(from), ConfigKeys.DrainPerSecond.Read(from), ConfigKeys.MaxSessions.Read(from), new MemoryOptions
        {
            Guests = ConfigKeys.MemoryGuests.Read(from),
            ReadBuffers = ConfigKeys.MemoryReadBuffers.Read(from),
            Outboxes = ConfigKeys.MemoryOutboxes.Read(from),
            Conversations = ConfigKeys.MemoryConversations.Read(from),
        });

    private static RegistrationSettings Registration(IConfiguration from, IHostEnvironment environment)
    {
        var code = ConfigKeys.FixedCode.Read(from);
        if (code is not null && !environment.IsDevelopment())
        {
            throw new StartRefusedException(
                $"{ConfigKeys.FixedCode.Name} lets anybody register as anybody: it is for the Development environment alone, and this is {environment.EnvironmentName}.");
        }

        if (code is not null && (code.Length is < 4 or > 10 || !code.All(char.IsAsciiDigit)))
        {
            throw ConfigKeys.FixedCode.Refuse($"it takes {ConfigKeys.FixedCode.Takes}", code);
        }

        return new RegistrationSettings(code, ConfigKeys.CodeDigits.Read(from), VouchingKeys.Read(from, environment));
    }

    private static bool LimitsEnabled(IConfiguration from, IHostEnvironment environment)
    {
        var enabled = ConfigKeys.LimitsEnabled.Read(from);
        return enabled || environment.IsDevelopment()
            ? enabled
            : throw new StartRefusedException(
                $"{ConfigKeys.LimitsEnabled.Name} may be false in the Development environment alone, and this is {environment.EnvironmentName}.");
    }

    private static ServerSettings Server(IConfiguration from) => new(
        ConfigKeys.ServerVersion.Read(from) ?? Release.Version,
        ConfigKeys.AndroidUrl.Read(from),
        new ResponseServerSettings(ConfigKeys.SupportId.Read(from), ConfigKeys.AdminId.Read(from), ConfigKeys.BigBrother.Read(from), new Theme(
            ConfigKeys.ButtonBackground.Read(from)!, ConfigKeys.ButtonText.Read(from)!,
            ConfigKeys.YourMessageBubbleBackground.Read(from)!, ConfigKeys.YourMessageBubbleText.Read(from)!,
            ConfigKeys.TheirMessageBubbleBackground.Read(from)!, ConfigKeys.TheirMessageBubbleText.Read(from)!,
            ConfigKeys.Logo.Read(from)?.ToString(), ConfigKeys.Sound.Read(from)?.ToString())));
}
