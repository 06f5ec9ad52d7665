using Messenger.Host.Composition;
using Messenger.Host.Configuration;
using Messenger.Host.Starting;
using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Providers.Sqlite;
using Messenger.Providers.Transfer;

namespace Messenger.Host.Commands;

/// <summary>The commands export and import: all data and files, from a store of one kind to a store of either.</summary>
internal static class TransferCommands
{
    /// <returns>What was done, as a sentence.</returns>
    /// <exception cref="StartRefusedException">The store cannot be read, or the directory is not free.</exception>
    public static Task<string> Export(Settings settings, string directory) => Run(settings, migrate: false, async (end, files) =>
    {
        var moved = await Exporter.Run(end, files, Path.GetFullPath(directory), Release.Version);
        var missing = moved.Missing > 0 ? $" {moved.Missing} files were missing from their store." : "";
        return $"{moved.Rows} rows and {moved.Files} files are in {directory}.{missing} They hold everything the server knows: keep them as safe as the database.";
    });

    /// <inheritdoc cref="Export"/>
    public static Task<string> Import(Settings settings, string directory) => Run(settings, migrate: true, async (end, files) =>
    {
        if (settings.Cluster is { } cluster && await PostgresIdentity.Living(cluster.Postgres) is { Count: > 0 } living)
        {
            // They would go on with what they have in memory, and write over what was imported.
            throw new StartRefusedException(
                $"{living.Count} processes of this database live ({string.Join(", ", living.Take(3))}): stop them first. One that died is forgotten after {PostgresIdentity.LivingFor.TotalSeconds:0} s. Nothing was imported.");
        }

        var moved = await Importer.Run(end, files, Path.GetFullPath(directory), Release.Version);
        return $"{moved.Rows} rows and {moved.Files} files were read from {directory}. Clients resynchronise when they connect.";
    });

    private static async Task<string> Run(Settings settings, bool migrate, Func<ITransferEnd, IFileStore?, Task<string>> move)
    {
        using var store = await Store.OpenAlone(settings, migrate);
        await using ITransferEnd end = settings.Cluster is { } cluster
            ? await PostgresTransfer.Open(cluster.Postgres)
            : SqliteTransfer.Open(new SqliteOptions(Store.Path(settings)));
        var services = new ServiceCollection().AddLogging();
        StoreComposition.AddFileStore(services, settings.Files);
        if (settings.Files.Directory is { } folder)
        {
            FileFolder.Mark(folder);
        }

        await using var provider = services.BuildServiceProvider();
        try
        {
            return await move(end, provider.GetService<IFileStore>());
        }
        catch (TransferRefusedException fault)
        {
            throw new StartRefusedException(fault.Message, fault);
        }
    }
}
