using Messenger.Ports;

namespace Messenger.Providers.Sqlite;

/// <summary>The embedded store has one process, which holds its file open: nobody takes it back under a process that runs.</summary>
internal sealed class SqliteStoreHistory : IStoreHistory
{
    public long Steps => 0;

    public Task Refresh() => Task.CompletedTask;
}
