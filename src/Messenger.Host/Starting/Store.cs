using Messenger.Host.Configuration;
using Messenger.Providers.Postgres;
using Messenger.Providers.Schema;
using Messenger.Providers.Sqlite;

namespace Messenger.Host.Starting;

/// <summary>The store as the server may use it: there, of this release's version, and embedded held alone.</summary>
internal sealed class Store : IDisposable
{
    /// <summary>Of a start: the schema's own pages and the first commits.</summary>
    private const int LeastRoom = 1024 * 1024;

    private readonly DataDirectory? _held;

    private Store(DataDirectory? held, IReadOnlyList<string> changes, ClusterIdentity? identity = null) => (_held, Changes, Identity) = (held, changes, identity);

    /// <summary>What a migration did to rows that were there, a sentence each.</summary>
    public IReadOnlyList<string> Changes { get; }

    /// <summary>Which cluster the database is of; null embedded.</summary>
    public ClusterIdentity? Identity { get; }

    /// <summary>Where the embedded store's files are.</summary>
    public static string Path(Settings settings) => System.IO.Path.Combine(settings.Data.Directory, "messenger.db");

    /// <summary>Waits for the store and makes sure of its version, migrating it where the configuration allows that.</summary>
    /// <exception cref="StartRefusedException">The store is away, in use, or of another version.</exception>
    public static async Task<Store> Open(Settings settings)
    {
        if (settings.Cluster is not { } cluster)
        {
            return Embedded(settings);
        }

        await Task.WhenAll(StoreConnectivity.Postgres(cluster.Store), StoreConnectivity.Redis(cluster.Redis));
        await StoreConnectivity.Pooled(cluster.Store);
        return await Upgrade(cluster, settings.Data.MigrateOnStart);
    }

    /// <summary>The store for a command that needs no cluster: there, held where it is embedded, and of this release's version.</summary>
    /// <param name="migrate">Whether it may be made or upgraded; else one that is missing or older is refused.</param>
    /// <exception cref="StartRefusedException">As <see cref="Open"/>.</exception>
    public static async Task<Store> OpenAlone(Settings settings, bool migrate)
    {
        if (settings.Cluster is not { } cluster)
        {
            return migrate || File.Exists(Path(settings))
                ? Embedded(settings)
                : throw new StartRefusedException($"There is no data in {settings.Data.Directory}: {ConfigKeys.DataDirectory.Name} takes the directory of the server.");
        }

        await StoreConnectivity.Postgres(cluster.Store);
        return await Upgrade(cluster, migrate);
    }

    /// <summary>The command: migrates, whatever a start may do.</summary>
    /// <exception cref="StartRefusedException">As <see cref="Open"/>.</exception>
    /// <returns>What was done to rows that were there, a sentence each.</returns>
    public static async Task<IReadOnlyList<string>> Migrate(Settings settings)
    {
        using var store = await OpenAlone(settings, migrate: true);
        return store.Changes;
    }

    /// <summary>The command for a copy of another cluster's database: it becomes a cluster of its own.</summary>
    /// <returns>What was done, as a sentence.</returns>
    /// <exception cref="StartRefusedException">As <see cref="Open"/>, or the database's processes live.</exception>
    public static async Task<string> MakeAnother(Settings settings)
    {
        if (settings.Cluster is not { } cluster)
        {
            throw new StartRefusedException($"--new-identity is for a cluster's database: give {ConfigKeys.Postgres.Name} and {ConfigKeys.Redis.Name}.");
        }

        await StoreConnectivity.Postgres(cluster.Store);
        Migrate(cluster, apply: true);
        if (await PostgresIdentity.Living(cluster.Postgres) is { Count: > 0 } living)
        {
            throw new StartRefusedException(
                $"{living.Count} processes of this database live ({string.Join(", ", living.Take(3))}): stop them first. A copy that was just made forgets them within {PostgresIdentity.LivingFor.TotalSeconds:0} s.");
        }

        var name = cluster.Id ?? cluster.IdIfNew;
        await PostgresIdentity.MakeAnother(cluster.Postgres, name, cluster.Environment);
        return $"The database is of a cluster of its own now, '{name}', of the {cluster.Environment} environment.";
    }

    public void Dispose() => _held?.Dispose();

    private static Store Embedded(Settings settings)
    {
        var held = DataDirectory.Hold(settings.Data.Directory);
        try
        {
            Room(settings.Data.Directory);
            if (SqliteIntegrity.Fault(Path(settings)) is { } damage)
            {
                throw new StartRefusedException($"{damage}: restore the backup into {ConfigKeys.DataDirectory.Name} (docs/operations.md), or save what can be saved with sqlite3's .recover.");
            }

            return new Store(held, SqliteMigrations.Apply(Path(settings)));
        }
        catch (SchemaTooNewException fault)
        {
            held.Dispose();
            throw new StartRefusedException(fault.Message, fault);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A file's worth of a commit: an engine that has less fails at its first write, and maybe in the middle of a migration.</summary>
    private static void Room(string directory)
    {
        try
        {
            using var file = new FileStream(System.IO.Path.Combine(directory, $"room-{Guid.NewGuid():N}.tmp"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.DeleteOnClose,
            });
            file.Write(new byte[LeastRoom]);
            file.Flush(flushToDisk: true);
        }
        catch (IOException fault)
        {
            throw new StartRefusedException($"{ConfigKeys.DataDirectory.Name} is '{directory}', whose disk takes no more: make room on it.", fault);
        }
    }

    private static async Task<Store> Upgrade(ClusterSettings cluster, bool apply)
    {
        var changes = Migrate(cluster, apply);
        if (apply)
        {
            await PostgresIdentity.Make(cluster.Postgres, cluster.Id, cluster.IdIfNew, ClusterSettings.FirstId, cluster.Environment);
        }

        var identity = await PostgresIdentity.Read(cluster.Postgres)
            ?? throw new StartRefusedException($"The database does not know which cluster it is of: run 'Messenger.Host migrate' with the same {ConfigKeys.Postgres.Name} first.");
        if (!identity.Environment.Equals(cluster.Environment, StringComparison.OrdinalIgnoreCase))
        {
            throw new StartRefusedException(
                $"The database is of a cluster of the {identity.Environment} environment, and this process is of {cluster.Environment}: they never join. For a copy of its own run 'Messenger.Host migrate --new-identity' on the copy.");
        }

        return cluster.Id is null || cluster.Id == identity.Cluster
            ? new Store(held: null, changes, identity)
            : throw ConfigKeys.ClusterId.Refuse(
                $"the database is of the cluster '{identity.Cluster}': leave {ConfigKeys.ClusterId.Name} out, or run 'Messenger.Host migrate --new-identity' where the database is a copy", cluster.Id);
    }

    private static IReadOnlyList<string> Migrate(ClusterSettings cluster, bool apply)
    {
        try
        {
            IReadOnlyList<string> changes = [];
            if (apply)
            {
                changes = PostgresMigrations.Apply(cluster.Postgres);
                if (cluster.Store.Pooler != Pooler.None)
                {
                    PostgresRole.Prepare(cluster.Store);
                }
            }

            PostgresMigrations.PendingOrThrow(cluster.Postgres);
            return changes;
        }
        catch (SchemaTooNewException fault)
        {
            throw new StartRefusedException(fault.Message, fault);
        }
        catch (SchemaPendingException fault)
        {
            throw new StartRefusedException(
                $"The database is older than this release: run 'Messenger.Host migrate' with the same {ConfigKeys.Postgres.Name} first, or set {ConfigKeys.MigrateOnStart.Name}=true.",
                fault);
        }
    }
}
