using Messenger.Host.Configuration;
using Messenger.Host.Starting;
using Messenger.Providers.Console;
using Messenger.Providers.Postgres;
using Messenger.Providers.Sqlite;

namespace Messenger.Host.Composition;

/// <summary>Which implementation stands behind which port.</summary>
internal static class StoreComposition
{
    public static void AddStores(this IServiceCollection services, Settings settings)
    {
        _ = settings.Cluster is { } cluster
            ? services.AddPostgres(new PostgresOptions(cluster.Postgres))
            : services.AddSqlite(new SqliteOptions(Store.Path(settings)));

        // Sms:Provider and Push:Provider take nothing else so far, which the configuration has checked.
        services.AddConsole();
    }
}
