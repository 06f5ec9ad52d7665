using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Postgres;
using Messenger.Providers.Relational;
using Messenger.Providers.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Tests;

/// <summary>The ports of one process, on one engine.</summary>
public sealed class Store : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private Store(IServiceCollection services, string? name, MainWork? work = null)
    {
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        if (work is not null)
        {
            services.AddSingleton(work);
        }

        if (name is not null)
        {
            services.AddSingleton<IWriterName>(new Named(name));
        }

        this.services = services.BuildServiceProvider();
    }

    public IMessageLog Log => services.GetRequiredService<IMessageLog>();

    public IConversationDirectory Conversations => services.GetRequiredService<IConversationDirectory>();

    public IUserDirectory Users => services.GetRequiredService<IUserDirectory>();

    public IReportStore Reports => services.GetRequiredService<IReportStore>();

    public IUploads Uploads => services.GetRequiredService<IUploads>();

    public IFileDirectory Files => services.GetRequiredService<IFileDirectory>();

    public IFileGarbage Garbage => services.GetRequiredService<IFileGarbage>();

    public IFileSecrets Secrets => services.GetRequiredService<IFileSecrets>();

    public IReportDesk Desk => services.GetRequiredService<IReportDesk>();

    public IPushStore Pushes => services.GetRequiredService<IPushStore>();

    public IAuditLog Audit => services.GetRequiredService<IAuditLog>();

    public ISmsBudget Budget => services.GetRequiredService<ISmsBudget>();

    public ICounts Counts => services.GetRequiredService<ICounts>();

    public IUnreadCounts Unread => services.GetRequiredService<IUnreadCounts>();

    public IMessageRetention Retention => services.GetRequiredService<IMessageRetention>();

    public IFileRetention FileRetention => services.GetRequiredService<IFileRetention>();

    public ITakeover Takeover => services.GetRequiredService<ITakeover>();

    public IClusterMembers Members => services.GetRequiredService<IClusterMembers>();

    public IStoreHistory History => services.GetRequiredService<IStoreHistory>();

    public string Name => services.GetRequiredService<IWriterName>().Name;

    internal CommitQueue Commits => services.GetRequiredService<CommitQueue>();

    internal IStoreTrial Trial => services.GetRequiredService<IStoreTrial>();

    internal IDatabase Database => services.GetRequiredService<IDatabase>();

    public static Store Sqlite(string path) => new(new ServiceCollection().AddSqlite(new SqliteOptions(path)), null);

    public static Store Postgres(string connectionString, string? name = null, MainWork? work = null) =>
        new(new ServiceCollection().AddPostgres(new PostgresOptions(connectionString)), name, work);

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private sealed record Named(string Name) : IWriterName;
}
