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
        Commit();
        var before = history.Before();
        Commit();
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

        // A writer that was taken over is forgotten; this process's own name, without a word of why, is that of an older store.
        history.Compare(history.Before(), Stored(("self", 1)));
        Assert.Equal(2, history.Steps);
        history.Compare(history.Before(), Stored());
        Assert.Equal(3, history.Steps);

        // Unless it was given up: by itself, or by who settled what it owed.
        Commit();
        var settled = Stored();
        settled.Retired.Add("self");
        history.Compare(history.Before(), settled);
        history.Compare(history.Before(), settled);
        Assert.Equal(3, history.Steps);

        void Commit()
        {
            history.Committing();
            history.Committed();
        }
    }

    /// <summary>The look every two seconds falls between the store's commit and its acknowledgement: on a busy machine that happens.</summary>
    [Fact]
    public void A_commit_that_a_look_sees_before_its_acknowledgement_comes_is_counted_once()
    {
        using var history = new CommitHistory("self", NullLogger<CommitHistory>.Instance);
        history.Connected(history.Before(), Stored());
        for (var commits = 1; commits < 4; commits++)
        {
            history.Committing();
            history.Compare(history.Before(), Stored(("self", commits)));
            history.Committed();
            history.Compare(history.Before(), Stored(("self", commits)));
            Assert.Equal(0, history.Steps);
        }

        // One whose acknowledgement never came is known from the next connection on.
        history.Committing();
        history.Connected(history.Before(), Stored(("self", 4)));
        history.Compare(history.Before(), Stored(("self", 4)));
        Assert.Equal(0, history.Steps);
        history.Compare(history.Before(), Stored(("self", 3)));
        Assert.Equal(1, history.Steps);

        // Also when it went back under a commit.
        history.Committing();
        history.Compare(history.Before(), Stored(("self", 2)));
        history.Committed();
        history.Compare(history.Before(), Stored(("self", 2)));
        Assert.Equal(2, history.Steps);
    }

    /// <summary>A process that stops with something unsettled is taken over while it still asks: its devices are told by who did that, and of what it owed alone.</summary>
    [Fact]
    public async Task A_process_that_was_taken_over_does_not_take_its_missing_name_for_a_store_that_went_back()
    {
        await using var dying = Store.Postgres(_server.ConnectionString(Database), "dying");
        await using var survivor = Store.Postgres(_server.ConnectionString(Database), "survivor");
        var at = await Begun(dying);
        await dying.History.Refresh();
        await survivor.History.Refresh();

        await survivor.Takeover.Fence(dying.Name);
        await dying.History.Refresh();
        await survivor.Takeover.Retire(dying.Name);

        // By the look that comes every two seconds, and by the log's writer as it connects again.
        await dying.History.Refresh();
        Assert.NotEqual(LogOutcome.Committed, await dying.Log.Append(Said(at, 2)));
        await survivor.History.Refresh();
        Assert.Equal((0, 0), (dying.History.Steps, survivor.History.Steps));
    }

    [Fact]
    public async Task A_process_that_gave_its_name_up_does_not_miss_it()
    {
        await using var leaving = Store.Postgres(_server.ConnectionString(Database), "leaving");
        leaving.Log.Settled(await Begun(leaving));
        await leaving.History.Refresh();
        await leaving.Log.Close();
        Assert.DoesNotContain("leaving", await Names());

        await leaving.History.Refresh();
        Assert.Equal(0, leaving.History.Steps);

        async Task<string[]> Names() => await Ask<string[]>(_server, "select coalesce(array_agg(name), '{}') from log_writer");
    }

    private static CommitHistory.Stored Stored(params (string Name, long Commits)[] rows)
    {
        var stored = new CommitHistory.Stored();
        Array.ForEach(rows, row => stored.Commits.Add(row.Name, row.Commits));
        return stored;
    }

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
