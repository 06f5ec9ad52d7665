using System.Diagnostics;
using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Servers;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>A PostgreSQL that hangs, dies and comes back.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    /// <summary>Callers give up after 10 s: they must hear of it before.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(9.5);

    private PostgresServer server = null!;
    private Store store = null!;

    public async Task InitializeAsync()
    {
        server = await PostgresServer.Start();
        var database = server.CreateDatabase();
        PostgresMigrations.Apply(database);
        store = Store.Postgres(database);
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_paused_server_gives_unknown_in_time_and_the_log_recovers()
    {
        var at = Guid.NewGuid();
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Created(at, Guid.NewGuid(), false, "ann", "bob")));
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Said(at, Sample.Message(1, "ann"))));

        server.Pause();
        var watch = Stopwatch.StartNew();
        var inFlight = store.Log.Append(Sample.Said(at, Sample.Message(2, "ann")));
        var queued = Enumerable.Range(3, 50).Select(sequence => store.Log.Append(Sample.Said(at, Sample.Message(sequence, "ann")))).ToList();
        Assert.Equal(LogOutcome.Unknown, await inFlight);
        Assert.All(await Task.WhenAll(queued), outcome => Assert.NotEqual(LogOutcome.Committed, outcome));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);

        watch.Restart();
        Assert.NotEqual(LogOutcome.Committed, await store.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);
        watch.Restart();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Log.Load(at));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Log.Read(at, new(1, 9), 9, newestFirst: false));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound * 2);

        server.Resume();
        ConversationState? state = null;
        await Until.True(async () =>
        {
            try
            {
                state = await store.Log.Load(at);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        });

        // What was in flight is on disk or not, and now that is certain.
        Assert.InRange(state!.Head, 1, 52);
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Said(at, Sample.Message(state.Head + 1, "ann"))));
        Assert.Equal(state.Head + 1, (await store.Log.Load(at))!.Head);
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
                kill = Task.Run(server.Kill);
            }

            if (await store.Log.Append(Sample.Said(at, row)) == LogOutcome.Committed)
            {
                acknowledged.Add((at, row.Uuid));
            }
            else
            {
                break;
            }
        }

        await kill;
        await server.Restart();

        Assert.InRange(acknowledged.Count, 100, 200);
        await Until.True(async () => await store.Log.Append(Sample.Said(Guid.NewGuid(), Sample.Message(1, "ann"))) == LogOutcome.Committed);
        foreach (var (conversation, uuid) in acknowledged)
        {
            Assert.Single(await store.Log.Find(conversation, [uuid]));
        }
    }
}
