using System.Diagnostics;
using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Testing.Servers;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>A PostgreSQL that hangs, dies and comes back.</summary>
[Trait("Needs", "Servers")]
public sealed class PostgresOutageTests : IAsyncLifetime
{
    /// <summary>Callers give up after 10 s: they must hear of it before.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(9.5);

    private PostgresServer _server = null!;
    private Store _store = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Start();
        var database = _server.CreateDatabase();
        PostgresMigrations.Apply(database);
        _store = Store.Postgres(database);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_paused_server_gives_unknown_in_time_and_the_log_recovers()
    {
        var at = Guid.NewGuid();
        Assert.Equal(LogOutcome.Committed, await _store.Log.Append(Sample.Created(at, Guid.NewGuid(), false, "ann", "bob")));
        Assert.Equal(LogOutcome.Committed, await _store.Log.Append(Sample.Said(at, Sample.Message(1, "ann"))));

        _server.Pause();
        var watch = Stopwatch.StartNew();
        var inFlight = _store.Log.Append(Sample.Said(at, Sample.Message(2, "ann")));
        var queued = Enumerable.Range(3, 50).Select(sequence => _store.Log.Append(Sample.Said(at, Sample.Message(sequence, "ann")))).ToList();
        Assert.Equal(LogOutcome.Unknown, await inFlight);
        Assert.All(await Task.WhenAll(queued), outcome => Assert.NotEqual(LogOutcome.Committed, outcome));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);

        watch.Restart();
        Assert.NotEqual(LogOutcome.Committed, await _store.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);
        watch.Restart();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.Log.Load(at));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.Log.Read(at, new(1, 9), 9, newestFirst: false));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound * 2);

        _server.Resume();
        ConversationState? state = null;
        await Until.True(async () =>
        {
            try
            {
                state = await _store.Log.Load(at);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        });

        // What was in flight is on disk or not, and now that is certain.
        Assert.InRange(state!.Head, 1, 52);
        Assert.Equal(LogOutcome.Committed, await _store.Log.Append(Sample.Said(at, Sample.Message(state.Head + 1, "ann"))));
        Assert.Equal(state.Head + 1, (await _store.Log.Load(at))!.Head);
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_killed_server()
    {
        var acknowledged = new List<(Guid Conversation, Guid Uuid)>();
        var kill = Task.CompletedTask;
        for (var round = 0; round < 200; round++)
        {
            var at = Guid.NewGuid();
            var row = Sample.Message(1, "ann");
            if (round == 100)
            {
                kill = Task.Run(_server.Kill);
            }

            if (await _store.Log.Append(Sample.Said(at, row)) == LogOutcome.Committed)
            {
                acknowledged.Add((at, row.Uuid));
            }
            else
            {
                break;
            }
        }

        await kill;
        await _server.Restart();

        Assert.InRange(acknowledged.Count, 100, 200);
        await Until.True(async () => await _store.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))) == LogOutcome.Committed);
        foreach (var (conversation, uuid) in acknowledged)
        {
            Assert.Single(await _store.Log.Find(conversation, [uuid]));
        }
    }
}
