using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Providers.Postgres;
using Messenger.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>A PostgreSQL that goes back in time under processes that remember more.</summary>
[Trait("Needs", "Servers")]
public sealed class PostgresHistoryTests : IAsyncLifetime
{
    private const string Database = "history";

    private PostgresServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Start();
        _server.CreateDatabase(Database);
        PostgresMigrations.Apply(_server.ConnectionString(Database));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_restore_in_place_is_noticed_by_who_wrote_and_by_who_only_looked()
    {
        await using var writer = Store.Postgres(_server.ConnectionString(Database), "writer");
        await using var reader = Store.Postgres(_server.ConnectionString(Database), "reader");
        var at = await Begun(writer);
        await Begun(reader);
        await _server.Save();
        await Says(writer, at, 2, 3, 4);
        await reader.History.Refresh();
        Assert.Equal((0, 0), (writer.History.Steps, reader.History.Steps));

        await _server.Restore();

        await Notices(reader);
        await Notices(writer);
        await GoesOn(writer, at, head: 1);
    }

    [Fact]
    public async Task A_lagging_replica_that_is_promoted_is_noticed_before_the_first_commit_on_it()
    {
        var standby = await _server.Replicate();
        await using (standby)
        {
            var both = $"Host=127.0.0.1:{_server.Port},127.0.0.1:{standby.Port};Username=messenger;Database={Database}";
            await using var writer = Store.Postgres(both, "writer");
            var at = await Begun(writer);
            await Until.True(async () => await Count(standby, at) == 1);
            await standby.Stop();
            await Says(writer, at, 2, 3, 4, 5);
            await _server.Kill();
            await standby.Restart();
            standby.Promote();

            // Whatever the writer is asked first, nothing that rests on what is gone gets in.
            await Until.True(async () => await writer.Log.Append(Said(at, 6)) == LogOutcome.Fenced && writer.History.Steps == 1);
            await GoesOn(writer, at, head: 1);
        }
    }

    [Fact]
    public async Task A_server_that_lost_nothing_is_no_step()
    {
        var standby = await _server.Replicate();
        await using (standby)
        {
            var both = $"Host=127.0.0.1:{_server.Port},127.0.0.1:{standby.Port};Username=messenger;Database={Database}";
            await using var writer = Store.Postgres(both, "writer");
            var at = await Begun(writer);
            await Says(writer, at, 2, 3);
            await _server.Kill();
            await _server.Restart();
            await Reopens(writer);

            // All of it, what the writer's return wrote too: else something would be missing.
            var end = await Ask<string>(_server, "select pg_current_wal_lsn()::text");
            await Until.True(async () => await Ask<bool>(standby, $"select pg_last_wal_replay_lsn() >= '{end}'::pg_lsn"));
            Assert.Equal(3, await Count(standby, at));
            await _server.Kill();
            standby.Promote();
            await Reopens(writer);
            await writer.History.Refresh();
            Assert.Equal(0, writer.History.Steps);
            Assert.Equal(3, (await writer.Log.Load(at))!.Head);
        }
    }

    /// <summary>What is committed while the store is read is not missing; what one look saw no other one counts again.</summary>
    [Fact]
    public void Only_what_was_known_before_the_look_can_be_missing()
    {
        using var history = new CommitHistory("self", NullLogger<CommitHistory>.Instance);
        history.Committed();
        var before = history.Before();
        history.Committed();
        history.Compare(before, Stored(("self", 1), ("other", 5)));
        Assert.Equal(0, history.Steps);

        var (one, two) = (history.Before(), history.Before());
        history.Compare(one, Stored(("self", 1), ("other", 5)));
        history.Compare(two, Stored(("self", 1), ("other", 5)));
        Assert.Equal(1, history.Steps);
        history.Compare(history.Before(), Stored(("self", 1), ("other", 5)));
        Assert.Equal(1, history.Steps);

        history.Compare(history.Before(), Stored(("self", 1), ("other", 4)));
        Assert.Equal(2, history.Steps);

        // A writer that was taken over is forgotten; this process's own name is not.
        history.Compare(history.Before(), Stored(("self", 1)));
        Assert.Equal(2, history.Steps);
        history.Compare(history.Before(), Stored());
        Assert.Equal(3, history.Steps);

        // Unless it gave it up itself.
        history.Committed();
        var last = history.Before();
        history.Retiring();
        history.Compare(last, Stored());
        Assert.Equal(3, history.Steps);
    }

    private static Dictionary<string, long> Stored(params (string Name, long Commits)[] rows) => rows.ToDictionary(row => row.Name, row => row.Commits);

    private static async Task<Guid> Begun(Store store)
    {
        var at = Guid.NewGuid();
        var created = Sample.Created(at, Guid.NewGuid(), false, "ann") with { Creates = true, Messages = [Sample.Message(1, "ann")] };
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(created));
        return at;
    }

    private static async Task Says(Store store, Guid at, params int[] sequences)
    {
        foreach (var sequence in sequences)
        {
            // A restart in between may cost one of them its first try.
            await Until.True(async () =>
            {
                var outcome = await store.Log.Append(Said(at, sequence));
                if (outcome != LogOutcome.Committed)
                {
                    await Reopens(store);
                    await store.Log.Load(at);
                }

                return outcome == LogOutcome.Committed;
            });
        }
    }

    private static LogEntry Said(Guid at, int sequence) => Sample.Said(at, Sample.Message(sequence, "ann"));

    private static Task Notices(Store store) => Until.True(async () =>
    {
        try
        {
            await store.History.Refresh();
        }
        catch (StoreUnavailableException)
        {
            return false;
        }

        return store.History.Steps == 1;
    });

    /// <summary>The log's connection is there again.</summary>
    private static Task Reopens(Store store) => Until.True(async () => await store.Log.Append(
        Sample.Created(Guid.NewGuid(), Guid.NewGuid(), false, "bob") with { History = store.History.Steps }) == LogOutcome.Committed);

    /// <summary>What rests on what is gone is refused; what was loaded since is taken, in the places of what is gone.</summary>
    private static async Task GoesOn(Store store, Guid at, long head)
    {
        Assert.Equal(LogOutcome.Fenced, await store.Log.Append(Said(at, (int)head + 1)));
        await Reopens(store);
        var state = (await store.Log.Load(at))!;
        Assert.Equal((head, 1), (state.Head, state.History));
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Said(at, (int)head + 1) with { History = state.History }));
    }

    private static async Task<T> Ask<T>(PostgresServer server, string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection($"{server.ConnectionString(Database)};Pooling=false");
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<long> Count(PostgresServer server, Guid at)
    {
        await using var connection = new Npgsql.NpgsqlConnection(server.ConnectionString(Database));
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("select count(*) from message where conversation = $1", connection);
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = at });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
