using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Relational;

namespace Messenger.Providers.Postgres;

/// <summary>Reads how many commits the server has of each writer; see <see cref="CommitHistory"/>.</summary>
internal sealed class PostgresStoreHistory(IDatabase database, CommitHistory history) : IStoreHistory
{
    internal const string Progress = "select name, commits from log_progress";

    public long Steps => history.Steps;

    public async Task Refresh()
    {
        var before = history.Before();
        var stored = await database.Read(Progress, reader => Rows.All(reader, row => (Name: row.GetString(0), Commits: row.GetInt64(1))));
        history.Compare(before, stored.ToDictionary(one => one.Name, one => one.Commits, StringComparer.Ordinal));
    }
}
