using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Relational;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Providers.Sqlite;

/// <summary>The embedded store.</summary>
public static class SqliteServices
{
    /// <summary>Adds every port that rows are behind, on SQLite. Run <see cref="SqliteMigrations"/> before the first use.</summary>
    public static IServiceCollection AddSqlite(this IServiceCollection services, SqliteOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<IStoreTrial, SqliteTrial>();
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<IBatchWriter>(provider => new SqliteBatchWriter(
            provider.GetRequiredService<SqliteDatabase>().Writer, provider.GetRequiredService<IWriterName>()));
        services.AddSingleton<ITakeover, SqliteTakeover>();
        services.AddSingleton<IStoreHistory, SqliteStoreHistory>();
        services.AddSingleton<IStateRetention, SqliteStateRetention>();
        return services.AddRelational();
    }
}
