using System.Data.Common;
using Messenger.Ports;
using Messenger.Providers.Relational;
using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>Statements on a pool of connections.</summary>
internal sealed class PostgresDatabase(PostgresOptions options, MainWork work) : IDatabase, IAsyncDisposable
{
    /// <summary>The number of this very transaction.</summary>
    public const string CommitPosition = "cast(cast(pg_current_xact_id() as text) as bigint)";

    private readonly NpgsqlDataSource _source =
        new NpgsqlDataSourceBuilder(options.Pooled) { Name = "messenger" }.Build();

    public Task<T> Read<T>(string sql, Func<DbDataReader, Task<T>> read, params IReadOnlyList<Argument> arguments) => Run(
        sql,
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync();
            return await read(reader);
        },
        arguments,
        work.Reads,
        repeatable: true);

    /// <summary>One round trip, and no wait for the disk.</summary>
    public Task<T> ChangeAndRead<T>(string change, string sql, Func<DbDataReader, Task<T>> read, params IReadOnlyList<Argument> arguments) => Run(
        $"select set_config('synchronous_commit', 'off', true); {change}; {sql}",
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync();

            // The setting has a result of its own, the change has none.
            await reader.NextResultAsync();
            return await read(reader);
        },
        arguments,
        work.Writes);

    /// <summary>Several statements of one command are one transaction.</summary>
    public Task<int> Write(string sql, params IReadOnlyList<Argument> arguments) =>
        Run(sql, command => command.ExecuteNonQueryAsync(), arguments, work.Writes);

    public string Among(string column, string argument) => $"{column} = any({argument})";

    public (string Sql, IReadOnlyList<Argument> Arguments) Spans(IReadOnlyList<SequenceSpan> spans, string name) => (
        $"unnest(@{name}_at, @{name}_low, @{name}_high) g(conversation, low, high)",
        [
            Argument.List($"{name}_at", spans.Select(span => span.Conversation)),
            Argument.List($"{name}_low", spans.Select(span => span.Low)),
            Argument.List($"{name}_high", spans.Select(span => span.High)),
        ]);

    public string Records(string argument, params (string Name, string Type)[] columns) =>
        $"json_to_recordset(cast({argument} as json)) x({string.Join(", ", columns.Select(column => $"{column.Name} {column.Type}"))})";

    public string Position => CommitPosition;

    public string Tick => "";

    public string Horizon => "cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)";

    /// <summary>
    /// The cluster of the server, its timeline, which is another one after every promotion and every recovery to a point in time, and ours. A replica
    /// has no current position and refuses.
    /// </summary>
    public string Epoch => """
        (select system_identifier from pg_control_system()) || ':' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || ':' || (select id from store_epoch)
        """;

    public string NewEpoch => "gen_random_uuid()";

    public string TakingTurns => "for update skip locked";

    public string Held(string alias) => $"for share of {alias}";

    public string MayWrite => "exists (select 1 from log_writer own where own.name = @writer and not own.fenced)";

    public string Names(string journal) => $"@conversation = any({journal})";

    public string CountOf(string table) => $"""
        (select cast(coalesce(sum(greatest(c.reltuples, 0)), 0) as bigint) from pg_class c where c.oid = '{table}'::regclass
            or c.oid in (select i.inhrelid from pg_inherits i where i.inhparent = '{table}'::regclass))
        """;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <param name="repeatable">It changes nothing: on a pooled connection that turns out to be broken it is tried once more, on a fresh one.</param>
    private async Task<T> Run<T>(string sql, Func<NpgsqlCommand, Task<T>> run, IReadOnlyList<Argument> arguments, WorkHealth health, bool repeatable = false)
    {
        try
        {
            try
            {
                return Well(await RunOnce(sql, run, arguments), health);
            }
            catch (Exception e) when (repeatable && PostgresErrors.IsBroken(e))
            {
                // What broke one broke its neighbours too: the next from the pool would be as dead.
                _source.Clear();
                return Well(await RunOnce(sql, run, arguments), health);
            }
        }
        catch (Exception e) when (PostgresErrors.IsAway(e))
        {
            health.Failed(StoreFault.Words(e));
            throw new StoreUnavailableException("PostgreSQL did not answer", e);
        }
    }

    private static T Well<T>(T result, WorkHealth health)
    {
        health.Succeeded();
        return result;
    }

    private async Task<T> RunOnce<T>(string sql, Func<NpgsqlCommand, Task<T>> run, IReadOnlyList<Argument> arguments)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in arguments)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return await run(command);
    }
}
