using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Relational;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Postgres;

/// <summary>The cluster's store.</summary>
public static class PostgresServices
{
    /// <summary>
    /// Adds every port that rows are behind, on PostgreSQL. Run <see cref="PostgresMigrations"/> before the first use.
    /// The host registers its <see cref="IWriterName"/>; where it does not, a name is made up.
    /// </summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services, PostgresOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<IDatabase, PostgresDatabase>();
        services.AddSingleton<IStoreTrial, PostgresTrial>();
        services.AddSingleton<IBatchWriter, PostgresBatchWriter>();
        services.AddSingleton<ITakeover, PostgresTakeover>();
        services.AddSingleton<IClusterMembers, PostgresMembers>();
        services.AddSingleton(provider => new CommitHistory(
            provider.GetRequiredService<IWriterName>().Name, provider.GetRequiredService<ILogger<CommitHistory>>()));
        services.AddSingleton<IStoreHistory, PostgresStoreHistory>();
        services.AddSingleton<IStateRetention, PostgresStateRetention>();
        return services.AddRelational();
    }
}
