using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Simulation.Cluster;

namespace Messenger.Simulation.Store;

/// <summary>How the group commit of one process reaches the database, by the rules of the real writer.</summary>
internal sealed class Writer(Silo silo, Database store, IWriterName self, CommitHistory history) : IBatchWriter
{
    private long _generation;
    private bool _claimed;

    public bool Journals => true;

    public async Task<bool> Open(CancellationToken cancellation)
    {
        var before = history.Before();
        var (may, generation, stored) = await store.Ask(silo, () =>
        {
            if (!store.Writers.TryGetValue(self.Name, out var row))
            {
                if (_claimed)
                {
                    // A name that was retired has no row, and does not get one again.
                    return (false, 0, store.Progress());
                }

                store.Writers[self.Name] = row = new Database.WriterRow();
                store.Undo(() => store.Writers.Remove(self.Name));
            }

            return (!row.Fenced, ++row.Generation, store.Progress());
        });
        _generation = may ? generation : _generation;
        _claimed = true;
        history.Connected(before, stored);
        return may;
    }

    public async Task<BatchOutcome> Write(Batch batch)
    {
        var generation = _generation;
        history.Committing();
        var outcome = await store.Ask(silo, () => store.Commit(self.Name, generation, batch), limited: false);
        if (outcome == BatchOutcome.Written)
        {
            history.Committed();
        }

        return outcome;
    }

    public Task Retire() => store.Ask(silo, () =>
        store.Writers.TryGetValue(self.Name, out var row) && !row.Fenced && row.Generation == _generation && store.Retire(self.Name));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Whether the database still has what it had, as one process sees it.</summary>
internal sealed class StoreHistory(Silo silo, Database store, CommitHistory history) : IStoreHistory
{
    public long Steps => silo.Cluster.Plants.ForgetsThatItWentBack ? 0 : history.Steps;

    public async Task Refresh()
    {
        var before = history.Before();
        history.Compare(before, await store.Ask(silo, store.Progress));
    }
}

/// <summary>Take-over by the row that every commit of a process goes through.</summary>
internal sealed class Takeover(Silo silo, Database store) : ITakeover
{
    public Task<IReadOnlyList<string>> Writers() =>
        store.Ask<IReadOnlyList<string>>(silo, () => [.. store.Writers.Keys.Append(silo.Address.ToParsableString()).Distinct()]);

    public Task<IReadOnlyList<Guid>> Fence(string writer) => store.Ask(silo, () =>
    {
        if (!store.Writers.TryGetValue(writer, out var row))
        {
            store.Writers[writer] = row = new Database.WriterRow();
            store.Undo(() => store.Writers.Remove(writer));
        }

        var before = row.Fenced;
        row.Fenced = true;
        store.Undo(() => row.Fenced = before);
        store.TakenOver.Add(writer);
        silo.Scheduler.Note($"{silo} fences {writer}, unsettled {row.Unsettled.Count}");
        return silo.Cluster.Plants.ForgetsWhatIsUntold ? [] : row.Unsettled;
    });

    public Task Retire(string writer) => store.Ask(silo, () => store.Writers.TryGetValue(writer, out var row) && row.Fenced && store.Retire(writer));
}
