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

    /// <summary>Guessing codes at full speed may open one phone of so many a day, at most.</summary>
    private const int Unlikely = 10_000;

    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static Settings Read(IConfiguration from, IHostEnvironment environment)
    {
        UnknownKeys.Refuse(from);
        var cluster = Cluster(from, environment);
        var data = Data(from, cluster is null);
        return new Settings(cluster, Silo(from, cluster is null), data, Gateway(from),
            Registration(from, environment), LimitsEnabled(from, environment), EdgeSettingsReader.Limits(from), EdgeSettingsReader.Edge(from),
            OutsideReader.Read(from), FileSettingsReader.Read(from, cluster is null ? data.Directory : null),
            Keys.Explorer.IsGiven(from) ? Keys.Explorer.Read(from) : environment.IsDevelopment(),
            Keys.Web.IsGiven(from) ? Keys.Web.Read(from) : environment.IsDevelopment(), Server(from),
            EditionKeys.Read(from));
    }

    private static ClusterSettings? Cluster(IConfiguration from, IHostEnvironment environment)
    {
        var (postgres, redis) = (Keys.Postgres.Read(from), Keys.Redis.Read(from));
        if (postgres is null != redis is null)
        {
            var (given, missing) = postgres is null ? (Keys.Redis, Keys.Postgres) : (Keys.Postgres, Keys.Redis);
            throw new StartRefusedException(
                $"{given.Name} is given and {missing.Name} is not: a cluster needs both, and a server without either runs embedded.");
        }

        var (id, ifNew) = (ClusterId(Keys.ClusterId, from), ClusterId(Keys.ClusterIdIfNew, from));
        var secret = Keys.ClusterSecret.Read(from);
        if (secret is { Length: < LeastSecret })
        {
            throw Keys.ClusterSecret.Refuse($"it takes {Keys.ClusterSecret.Takes}", secret);
        }

        return postgres is null ? null : new ClusterSettings(
            id, ifNew ?? ClusterSettings.FirstId, secret is null ? null : Encoding.UTF8.GetBytes(secret), environment.EnvironmentName,
            ConnectionStrings.Postgres(postgres), ConnectionStrings.Redis(redis!));
    }

    private static string? ClusterId(Key<string?> key, IConfiguration from) =>
        key.Read(from) is not { } id ? null
        : id.Length <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? id
        : throw key.Refuse($"it takes {key.Takes}", id);

    private static SiloSettings Silo(IConfiguration from, bool embedded)
    {
        var role = Keys.Role.Read(from);
        if (embedded && role != SiloRoles.All)
        {
            throw Keys.Role.Refuse(
                $"a server without {Keys.Postgres.Name} and {Keys.Redis.Name} runs embedded, alone, and takes only {SiloRoles.All}", role);
        }

        var address = Keys.SiloAddress.Read(from);
        if (address is not null && Uri.CheckHostName(address) == UriHostNameType.Unknown)
        {
            throw Keys.SiloAddress.Refuse($"it takes {Keys.SiloAddress.Takes}", address);
        }

        var port = Keys.SiloPort.Read(from);
        return new SiloSettings(role, port >= 0 ? port : embedded ? 0 : ClusterPort, address ?? (embedded ? "127.0.0.1" : null));
    }

    private static DataSettings Data(IConfiguration from, bool embedded) =>
        new(Path.GetFullPath(Keys.DataDirectory.Read(from) ?? "data"), embedded || Keys.MigrateOnStart.Read(from), CredentialKey(from));

    private static byte[]? CredentialKey(IConfiguration from)
    {
        if (Keys.CredentialKey.Read(from) is not { } text)
        {
            return null;
        }

        var key = new byte[CredentialSeal.KeyBytes];
        return text.Length == 44 && Convert.TryFromBase64String(text, key, out var bytes) && bytes == key.Length
            ? key
            : throw Keys.CredentialKey.Refuse($"it takes {Keys.CredentialKey.Takes}", text);
    }

    private static GatewaySettings Gateway(IConfiguration from) =>
        new(Keys.MaxMessageBytes.Read(from), Keys.PublicUrl.Read(from), Keys.DrainPerSecond.Read(from), Keys.MaxSessions.Read(from), new MemoryOptions
        {
            Guests = Keys.MemoryGuests.Read(from),
            ReadBuffers = Keys.MemoryReadBuffers.Read(from),
            Outboxes = Keys.MemoryOutboxes.Read(from),
            Conversations = Keys.MemoryConversations.Read(from),
        });

    private static RegistrationSettings Registration(IConfiguration from, IHostEnvironment environment)
    {
        var code = Keys.FixedCode.Read(from);
        if (code is not null && !environment.IsDevelopment())
        {
            throw new StartRefusedException(
                $"{Keys.FixedCode.Name} lets anybody register as anybody: it is for the Development environment alone, and this is {environment.EnvironmentName}.");
        }

        if (code is not null && (code.Length is < 4 or > 10 || !code.All(char.IsAsciiDigit)))
        {
            throw Keys.FixedCode.Refuse($"it takes {Keys.FixedCode.Takes}", code);
        }

        var (digits, guesses) = (Keys.CodeDigits.Read(from), Keys.WrongCodesPerDay.Read(from));
        if (guesses * Unlikely >= Math.Pow(10, digits))
        {
            throw new StartRefusedException(
                $"{Keys.CodeDigits.Name} {digits} with {Keys.WrongCodesPerDay.Name} {guesses} lets guessing open a phone with one chance in {Unlikely} a day or more: give more digits or fewer guesses.");
        }

        return new RegistrationSettings(code, digits);
    }

    private static bool LimitsEnabled(IConfiguration from, IHostEnvironment environment)
    {
        var enabled = Keys.LimitsEnabled.Read(from);
        return enabled || environment.IsDevelopment()
            ? enabled
            : throw new StartRefusedException(
                $"{Keys.LimitsEnabled.Name} may be false in the Development environment alone, and this is {environment.EnvironmentName}.");
    }

    private static ServerSettings Server(IConfiguration from) => new(
        Keys.ServerVersion.Read(from) ?? Release.Version,
        Keys.AndroidUrl.Read(from),
        new ResponseServerSettings(Keys.SupportId.Read(from), Keys.AdminId.Read(from), Keys.BigBrother.Read(from), new Theme(
            Keys.ButtonBackground.Read(from)!, Keys.ButtonText.Read(from)!,
            Keys.YourMessageBubbleBackground.Read(from)!, Keys.YourMessageBubbleText.Read(from)!,
            Keys.TheirMessageBubbleBackground.Read(from)!, Keys.TheirMessageBubbleText.Read(from)!,
            Keys.Logo.Read(from)?.ToString(), Keys.Sound.Read(from)?.ToString())));
}
