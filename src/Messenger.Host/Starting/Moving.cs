using Messenger.Host.Configuration;
using Messenger.Providers.Postgres;
using Messenger.Providers.Sqlite;
using Messenger.Providers.Transfer;

namespace Messenger.Host.Starting;

/// <summary>The commands export and import: all data, from a store of one kind to a store of either.</summary>
internal static class Moving
{
    /// <returns>What was done, as a sentence.</returns>
    /// <exception cref="StartRefusedException">The store cannot be read, or the directory is not free.</exception>
    public static Task<string> Export(Settings settings, string directory) => Run(settings, migrate: false, async end =>
    {
        var rows = await Exporter.Run(end, Path.GetFullPath(directory), Release.Version);
        return $"{rows} rows are in {directory}. They hold everything the server knows: keep them as safe as the database.";
    });

    /// <inheritdoc cref="Export"/>
    public static Task<string> Import(Settings settings, string directory) => Run(settings, migrate: true, async end =>
    {
        var rows = await Importer.Run(end, Path.GetFullPath(directory));
        return $"{rows} rows were read from {directory}. Clients resynchronise when they connect.";
    });

    private static async Task<string> Run(Settings settings, bool migrate, Func<ITransferEnd, Task<string>> move)
    {
        using var store = await Store.OpenAlone(settings, migrate);
        await using ITransferEnd end = settings.Cluster is { } cluster
            ? await PostgresTransfer.Open(cluster.Postgres)
            : SqliteTransfer.Open(new SqliteOptions(Store.Path(settings)));
        try
        {
            return await move(end);
        }
        catch (TransferRefusedException fault)
        {
            throw new StartRefusedException(fault.Message, fault);
        }
    }
}
