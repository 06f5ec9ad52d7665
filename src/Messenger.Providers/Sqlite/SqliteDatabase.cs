using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Messenger.Ports;
using Messenger.Providers.Relational;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>Reads on a few connections side by side, writes on the one thread.</summary>
internal sealed class SqliteDatabase : IDatabase, IDisposable
{
    /// <summary>Reads at a time: they are short and mostly from memory, more would only take threads.</summary>
    private static readonly int Readers = Math.Max(2, Environment.ProcessorCount);

    /// <summary>The number of this very transaction, once it has begun with <see cref="Ticks"/>.</summary>
    public const string CommitPosition = "(select value from change_clock)";

    public const string Ticks = "update change_clock set value = value + 1;";

    private readonly SqliteOptions _options;
    private readonly MainWork _health;
    private readonly SemaphoreSlim _room = new(Readers);
    private readonly ConcurrentBag<SqliteSession> _idle = [];

    public SqliteDatabase(SqliteOptions options, MainWork work)
    {
        (_options, _health) = (options, work);
        Writer = new SqliteWriteThread(options.ConnectionString);
    }

    public SqliteWriteThread Writer { get; }

    public async Task<T> Read<T>(string sql, Func<DbDataReader, Task<T>> read, params IReadOnlyList<Argument> arguments)
    {
        await _room.WaitAsync();
        try
        {
            // The engine reads synchronously: not on the thread of a grain.
            return await Task.Run(async () =>
            {
                if (!_idle.TryTake(out var session))
                {
                    session = new SqliteSession(_options.ConnectionString, writes: false);
                }

                T result;
                try
                {
                    await using var reader = await session.Command(sql, arguments).ExecuteReaderAsync();
                    result = await read(reader);
                }
                catch
                {
                    session.Dispose();
                    throw;
                }

                _idle.Add(session);
                _health.Reads.Succeeded();
                return result;
            });
        }
        catch (SqliteException e)
        {
            _health.Reads.Failed(StoreFault.Words(e));
            throw new StoreUnavailableException("the database file could not be read", e);
        }
        finally
        {
            _room.Release();
        }
    }

    public Task<T> ChangeAndRead<T>(string change, string sql, Func<DbDataReader, Task<T>> read, params IReadOnlyList<Argument> arguments) =>
        InTransaction((session, transaction) =>
        {
            session.Command(change, arguments, transaction).ExecuteNonQuery();
            using var reader = session.Command(sql, arguments, transaction).ExecuteReader();

            // The engine is synchronous: this is done when it returns.
            return read(reader).GetAwaiter().GetResult();
        });

    public Task<int> Write(string sql, params IReadOnlyList<Argument> arguments) =>
        InTransaction((session, transaction) => session.Command(sql, arguments, transaction).ExecuteNonQuery());

    private async Task<T> InTransaction<T>(Func<SqliteSession, SqliteTransaction, T> work)
    {
        try
        {
            return await Writer.Run(session =>
            {
                using var transaction = session.Connection.BeginTransaction();
                var result = work(session, transaction);
                transaction.Commit();
                _health.Writes.Succeeded();
                return result;
            });
        }
        catch (Exception e) when (e is SqliteException or ChannelClosedException)
        {
            _health.Writes.Failed(StoreFault.Words(e));
            throw new StoreUnavailableException("the database file could not be written", e);
        }
    }

    public string Among(string column, string argument) => $"{column} in (select value from json_each({argument}))";

    public (string Sql, IReadOnlyList<Argument> Arguments) Spans(IReadOnlyList<SequenceSpan> spans, string name)
    {
        var json = new StringBuilder("[");
        foreach (var span in spans)
        {
            json.Append(json.Length > 1 ? "," : "")
                .Append(CultureInfo.InvariantCulture, $"[\"{span.Conversation}\",{span.Low},{span.High}]");
        }

        return (
            $"(select value ->> 0 as conversation, value ->> 1 as low, value ->> 2 as high from json_each(@{name})) g",
            [(name, json.Append(']').ToString())]);
    }

    public string Records(string argument, params (string Name, string Type)[] columns) =>
        $"(select {string.Join(", ", columns.Select(column => $"value ->> '{column.Name}' as {column.Name}"))} from json_each({argument})) x";

    public string Position => CommitPosition;

    public string Tick => Ticks;

    public string Horizon => "(select value + 1 from change_clock)";

    public string Epoch => "(select id from store_epoch)";

    public string NewEpoch => "lower(hex(randomblob(16)))";

    /// <summary>There is one writer.</summary>
    public string TakingTurns => "";

    /// <summary>There is one writer.</summary>
    public string Held(string alias) => "";

    /// <summary>The data directory has one process at a time.</summary>
    public string MayWrite => "@writer is not null";

    public string Names(string journal) => $"exists (select 1 from json_each({journal}) where value = @conversation)";

    public string CountOf(string table) => $"(select count(*) from {table})";

    public void Dispose()
    {
        Writer.Dispose();
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }

        _room.Dispose();
    }
}
