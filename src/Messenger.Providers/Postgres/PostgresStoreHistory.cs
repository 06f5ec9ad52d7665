using System.Data.Common;
using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Relational;

namespace Messenger.Providers.Postgres;

/// <summary>Reads how many commits the server has of each writer, and which names were given up; see <see cref="CommitHistory"/>.</summary>
internal sealed class PostgresStoreHistory(IDatabase database, CommitHistory history) : IStoreHistory
{
    /// <summary>One statement, so that both are of one moment: a name is never between the two.</summary>
    internal const string Progress = "select name, commits from log_progress union all select name, null from log_retired";

    /// <summary>
    /// Gives up a row of <c>log_writer</c>, named by <paramref name="condition"/>, and keeps that it was given up. For a day: a process that is dead ends itself
    /// within seconds of running again, and only one that was stopped for so long could still ask.
    /// </summary>
    internal static string Retire(string condition) =>
        $"""
        with gone as (delete from log_writer where {condition} returning name), old as (delete from log_retired where retired < now() - interval '1 day')
        insert into log_retired (name) select name from gone on conflict (name) do nothing
        """;

    public long Steps => history.Steps;

    internal static async Task<CommitHistory.Stored> Stored(DbDataReader reader)
    {
        var stored = new CommitHistory.Stored();
        while (await reader.ReadAsync())
        {
            if (await reader.IsDBNullAsync(1))
            {
                stored.Retired.Add(reader.GetString(0));
            }
            else
            {
                stored.Commits[reader.GetString(0)] = reader.GetInt64(1);
            }
        }

        return stored;
    }

    public async Task Refresh()
    {
        var before = history.Before();
        history.Compare(before, await database.Read(Progress, Stored));
    }
}
