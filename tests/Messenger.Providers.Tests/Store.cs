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
    private readonly ServiceProvider _services;

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

        _services = services.BuildServiceProvider();
    }

    public IMessageLog Log => _services.GetRequiredService<IMessageLog>();

    public IConversationDirectory Conversations => _services.GetRequiredService<IConversationDirectory>();

    public IChanges Changes => _services.GetRequiredService<IChanges>();

    public IPreferences Preferences => _services.GetRequiredService<IPreferences>();

    public IUserDirectory Users => _services.GetRequiredService<IUserDirectory>();

    public IContactStore Contacts => _services.GetRequiredService<IContactStore>();

    public IReportStore Reports => _services.GetRequiredService<IReportStore>();

    public IUploads Uploads => _services.GetRequiredService<IUploads>();

    public IFileDirectory Files => _services.GetRequiredService<IFileDirectory>();

    public IFileGarbage Garbage => _services.GetRequiredService<IFileGarbage>();

    public IFileSecrets Secrets => _services.GetRequiredService<IFileSecrets>();

    public IReportDesk Desk => _services.GetRequiredService<IReportDesk>();

    public IOperatorDirectory Operators => _services.GetRequiredService<IOperatorDirectory>();

    public IPersonalData Personal => _services.GetRequiredService<IPersonalData>();

    public IDailyFigures Figures => _services.GetRequiredService<IDailyFigures>();

    public IServerControls Controls => _services.GetRequiredService<IServerControls>();

    public IExpiries Expiries => _services.GetRequiredService<IExpiries>();

    public IPushStore Pushes => _services.GetRequiredService<IPushStore>();

    public IAuditLog Audit => _services.GetRequiredService<IAuditLog>();

    public ISmsBudget Budget => _services.GetRequiredService<ISmsBudget>();

    public ICounts Counts => _services.GetRequiredService<ICounts>();

    public IStateRetention States => _services.GetRequiredService<IStateRetention>();

    public IUnreadCounts Unread => _services.GetRequiredService<IUnreadCounts>();

    public IMessageRetention Retention => _services.GetRequiredService<IMessageRetention>();

    public IFileRetention FileRetention => _services.GetRequiredService<IFileRetention>();

    public ITakeover Takeover => _services.GetRequiredService<ITakeover>();

    public IClusterMembers Members => _services.GetRequiredService<IClusterMembers>();

    public IStoreHistory History => _services.GetRequiredService<IStoreHistory>();

    public string Name => _services.GetRequiredService<IWriterName>().Name;

    internal CommitQueue Commits => _services.GetRequiredService<CommitQueue>();

    internal IStoreTrial Trial => _services.GetRequiredService<IStoreTrial>();

    internal IDatabase Database => _services.GetRequiredService<IDatabase>();

    public static Store Sqlite(string path) => new(new ServiceCollection().AddSqlite(new SqliteOptions(path)), null);

    public static Store Postgres(string connectionString, string? name = null, MainWork? work = null) =>
        new(new ServiceCollection().AddPostgres(new PostgresOptions(connectionString)), name, work);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed record Named(string Name) : IWriterName;
}
