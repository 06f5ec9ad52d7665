using Messenger.Host.Configuration;
using Messenger.Providers.Postgres;
using Messenger.Providers.Schema;
using Messenger.Providers.Sqlite;

namespace Messenger.Host.Starting;

/// <summary>The store as the server may use it: there, of this release's version, and embedded held alone.</summary>
internal sealed class Store : IDisposable
{
    private readonly DataDirectory? _held;

    private Store(DataDirectory? held) => _held = held;

    /// <summary>Where the embedded store's files are.</summary>
    public static string Path(Settings settings) => System.IO.Path.Combine(settings.Data.Directory, "messenger.db");

    /// <summary>Waits for the store and makes sure of its version, migrating it where the configuration allows that.</summary>
    /// <exception cref="StartRefusedException">The store is away, in use, or of another version.</exception>
    public static async Task<Store> Open(Settings settings)
    {
        if (settings.Cluster is not { } cluster)
        {
            return new Store(Embedded(settings));
        }

        await Task.WhenAll(Reachable.Postgres(cluster.Postgres), Reachable.Redis(cluster.Redis));
        Upgrade(cluster, settings.Data.MigrateOnStart);
        return new Store(held: null);
    }

    /// <summary>The store for a command that needs no cluster: there, held where it is embedded, and of this release's version.</summary>
    /// <param name="migrate">Whether it may be made or upgraded; else one that is missing or older is refused.</param>
    /// <exception cref="StartRefusedException">As <see cref="Open"/>.</exception>
    public static async Task<Store> OpenAlone(Settings settings, bool migrate)
    {
        if (settings.Cluster is not { } cluster)
        {
            return migrate || File.Exists(Path(settings))
                ? new Store(Embedded(settings))
                : throw new StartRefusedException($"There is no data in {settings.Data.Directory}: {Keys.DataDirectory.Name} takes the directory of the server.");
        }

        await Reachable.Postgres(cluster.Postgres);
        Upgrade(cluster, migrate);
        return new Store(held: null);
    }

    /// <summary>The command: migrates, whatever a start may do.</summary>
    /// <exception cref="StartRefusedException">As <see cref="Open"/>.</exception>
    public static async Task Migrate(Settings settings) => (await OpenAlone(settings, migrate: true)).Dispose();

    public void Dispose() => _held?.Dispose();

    private static DataDirectory Embedded(Settings settings)
    {
        var held = DataDirectory.Hold(settings.Data.Directory);
        try
        {
            SqliteMigrations.Apply(Path(settings));
            return held;
        }
        catch (SchemaTooNewException fault)
        {
            held.Dispose();
            throw new StartRefusedException(fault.Message, fault);
        }
    }

    private static void Upgrade(ClusterSettings cluster, bool apply)
    {
        try
        {
            if (apply)
            {
                PostgresMigrations.Apply(cluster.Postgres);
            }

            PostgresMigrations.PendingOrThrow(cluster.Postgres);
        }
        catch (SchemaTooNewException fault)
        {
            throw new StartRefusedException(fault.Message, fault);
        }
        catch (SchemaPendingException fault)
        {
            throw new StartRefusedException(
                $"The database is older than this release: run 'Messenger.Host migrate' with the same {Keys.Postgres.Name} first, or set {Keys.MigrateOnStart.Name}=true.",
                fault);
        }
    }
}
