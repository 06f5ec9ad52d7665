using System.Globalization;

namespace Messenger.Testing.Processes;

/// <summary>How a server process is started; everything goes by environment variables, as in production.</summary>
/// <param name="DataDirectory">Kept over a restart.</param>
public sealed record ServerSettings(string DataDirectory, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The code of every SMS in these tests.</summary>
    public const string Code = KnownCodes.Development;

    /// <summary>One process with SQLite, in Development, codes fixed and limits off.</summary>
    public static ServerSettings Embedded(params (string Key, string Value)[] more) => Development(more);

    /// <summary>A member of a cluster.</summary>
    public static ServerSettings InCluster(string role, string postgres, string redis, string clusterId, params (string Key, string Value)[] more) =>
        Development(
        [
            ("Silo__Role", role),
            ("ConnectionStrings__Postgres", postgres),
            ("ConnectionStrings__Redis", redis),
            ("Cluster__Id", clusterId),
            .. more,
        ]);

    private static ServerSettings Development((string Key, string Value)[] more)
    {
        var port = Ports.Free(1)[0];
        var directory = Directory.CreateTempSubdirectory("messenger-e2e-").FullName;
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",

            // These processes live for seconds: to profile them, so that they are fast after minutes, is a tenth of what a start costs.
            ["DOTNET_TieredPGO"] = "0",
            ["ASPNETCORE_URLS"] = url,
            ["Gateway__PublicUrl"] = url,
            ["Silo__Port"] = "0",
            ["Silo__Address"] = "127.0.0.1",
            ["Data__Directory"] = directory,
            ["Registration__FixedCode"] = Code,
            ["Limits__Enabled"] = "false",

            // A version that no client of these tests has gone below, but to try just that.
            ["Server__MinClientVersion"] = "android=0.2",

            // So that every feature is offered; where there is a relay, a test says so.
            ["Calls__TurnUris"] = "turn:127.0.0.1:3478",
            ["Calls__TurnSecrets"] = "a secret of the relay's own",
            ["Push__Web__VapidKeys"] = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
            ["Push__Web__Subject"] = "mailto:nobody@example.com",
        };
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return new ServerSettings(directory, environment);
    }

    /// <summary>What <c>ulimit -n</c> says to it; null as it is here.</summary>
    public int? Descriptors { get; init; }

    /// <summary>The server's assembly; of another release where both are tried beside each other.</summary>
    public string Assembly { get; init; } = Built.Host;

    /// <summary>The host it runs on; null for this one.</summary>
    internal NetworkHost? Host { get; init; }

    /// <summary>The same on another host.</summary>
    internal ServerSettings On(NetworkHost host)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://{host.Address}:{Http.Port}");
        return this with
        {
            Host = host,
            Environment = new Dictionary<string, string>(Environment)
            {
                ["ASPNETCORE_URLS"] = url,
                ["Gateway__PublicUrl"] = url,
                ["Silo__Address"] = host.Address,
                ["Development__AllowRemote"] = "true",
            },
        };
    }

    /// <summary>The first of its URLs.</summary>
    public Uri Http => new(Environment["ASPNETCORE_URLS"].Split(';')[0]);

    public Uri WebSocket => new($"ws://{Http.Authority}/ws");
}
