using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Simulation.Cluster;
using Messenger.Simulation.Time;

namespace Messenger.Simulation.Store;

/// <summary>
/// The database: one for all, in memory, by the rules of the real one (the fence, the terms, the two unique keys). It hangs while its process is
/// frozen, is away, breaks its connections, and forgets its last commits.
/// </summary>
internal sealed class Database(Scheduler scheduler, Network network, Plants plants)
{
    /// <summary>The statements' own time-out.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Within this everybody has noticed that the database went back: a look every two seconds, a connection, a resync.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(20);

    /// <summary>Changes that a replica could lack.</summary>
    private const int MaxUndone = 64;

    private readonly Dictionary<Guid, Conversation> _conversations = [];
    private readonly LinkedList<Action> _undo = new();
    private readonly HashSet<Guid> _lost = [];
    private int _connections;
    private long _wentBack = long.MinValue;

    public Process Process { get; } = new(scheduler, "store");

    public bool IsAway { get; private set; }

    /// <summary>
    /// Commits were forgotten a moment ago: who served them may not have noticed yet, and what is told and answered in this time is taken back by a resync.
    /// </summary>
    public bool IsInDoubt => _wentBack != long.MinValue && scheduler.Now - _wentBack < Notice.Ticks;

    /// <summary>Messages that were forgotten, whether or not they were sent again.</summary>
    public IReadOnlySet<Guid> Lost => _lost;

    /// <summary>Names that were given up in order.</summary>
    public HashSet<string> Retired { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, WriterRow> Writers { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that were ever taken over, retired or not.</summary>
    public HashSet<string> TakenOver { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, UserRow> Users { get; } = new(StringComparer.Ordinal);

    public List<(string User, string Blocked)> BlackList { get; } = [];

    public Dictionary<string, (object? State, long Etag)> GrainStates { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<Guid, Conversation> Conversations => _conversations;

    public Conversation? Find(Guid id) => _conversations.GetValueOrDefault(id);

    /// <summary>A statement: it travels, is done at once where it arrives, and its answer travels back; or the connection breaks on the way.</summary>
    /// <param name="limited">It has a time-out of its own.</param>
    public Task<T> Ask<T>(Silo from, Func<T> statement, bool limited = true)
    {
        var outcome = new TaskCompletionSource<T>();
        Alarm? limit = null;
        void Fault(string why)
        {
            limit?.Cancel();
            outcome.TrySetException(new StoreUnavailableException(why));
            _ = outcome.Task.Exception;
        }

        if (IsAway)
        {
            scheduler.After(from.Process, scheduler.Between(0.2, 20), () => Fault("the store is away"));
            return outcome.Task;
        }

        if (limited)
        {
            limit = scheduler.After(from.Process, CommandTimeout, () => Fault("the store did not answer in time"));
        }

        var connection = _connections;
        network.Send(from.Process, Process, () =>
        {
            if (connection != _connections)
            {
                network.Send(Process, from.Process, () => Fault("the connection broke"));
                return;
            }

            T result;
            try
            {
                result = statement();
            }
            catch (Exception e) when (e is not InvalidOperationException)
            {
                network.Send(Process, from.Process, () =>
                {
                    limit?.Cancel();
                    outcome.TrySetException(e);
                    _ = outcome.Task.Exception;
                });
                return;
            }

            network.Send(Process, from.Process, () =>
            {
                if (connection != _connections)
                {
                    Fault("the connection broke");
                    return;
                }

                limit?.Cancel();
                outcome.TrySetResult(result);
            });
        });
        return outcome.Task;
    }

    public void GoAway()
    {
        IsAway = true;
        _connections++;
    }

    public void ComeBack() => IsAway = false;

    /// <summary>Every connection breaks: what was under way is done or not.</summary>
    public void Break() => _connections++;

    /// <summary>A replica that lacks the last commits is promoted.</summary>
    /// <returns>The messages that are gone.</returns>
    public List<(Guid Conversation, Guid Message)> GoBack(int commits)
    {
        _connections++;
        var before = _conversations.Values.SelectMany(conversation => conversation.Rows.Select(row => (conversation.Id, row.Uuid))).ToHashSet();
        for (; commits > 0 && _undo.Last is { } last; commits--)
        {
            last.Value();
            _undo.RemoveLast();
            _wentBack = scheduler.Now;
        }

        before.ExceptWith(_conversations.Values.SelectMany(conversation => conversation.Rows.Select(row => (conversation.Id, row.Uuid))));
        _lost.UnionWith(before.Select(one => one.Uuid));
        return [.. before];
    }

    /// <summary>How a change that was just made is taken back, should the database go back before it.</summary>
    public void Undo(Action undo)
    {
        _undo.AddLast(undo);
        if (_undo.Count > MaxUndone)
        {
            _undo.RemoveFirst();
        }
    }

    public bool Retire(string writer)
    {
        var row = Writers[writer];
        Undo(() =>
        {
            Writers[writer] = row;
            Retired.Remove(writer);
        });
        Retired.Add(writer);
        return Writers.Remove(writer);
    }

    public CommitHistory.Stored Progress()
    {
        var stored = new CommitHistory.Stored();
        foreach (var (name, row) in Writers.Where(one => one.Value.Commits > 0))
        {
            stored.Commits[name] = row.Commits;
        }

        stored.Retired.UnionWith(Retired);
        return stored;
    }

    /// <summary>As the real writers do it: the fence, the terms, then the rows, all or nothing.</summary>
    public BatchOutcome Commit(string writer, long generation, Batch batch)
    {
        if (!Writers.TryGetValue(writer, out var row) || row.Fenced || row.Generation != generation)
        {
            return BatchOutcome.WriterFenced;
        }

        foreach (var (id, term) in batch.Terms)
        {
            if (_conversations.TryGetValue(id, out var known) && known.Term != term)
            {
                return BatchOutcome.TermPassed;
            }
        }

        HashSet<(Guid, long)> sequences = [];
        HashSet<(Guid, Guid)> uuids = [];
        foreach (var (id, message) in batch.Messages)
        {
            var known = Find(id);
            if (known?.ByUuid.ContainsKey(message.Uuid) == true || !uuids.Add((id, message.Uuid)))
            {
                return BatchOutcome.UuidTaken;
            }

            if (known?.At(message.Sequence) is not null || !sequences.Add((id, message.Sequence)))
            {
                return BatchOutcome.SequenceTaken;
            }
        }

        if (batch.Created.Any(one => _conversations.ContainsKey(one.Conversation)))
        {
            return BatchOutcome.SequenceTaken;
        }

        if (plants.AcknowledgesBeforeItCommits && scheduler.Chance.Next(200) == 0)
        {
            return BatchOutcome.Written;
        }

        Apply(row, batch);
        return BatchOutcome.Written;
    }

    private void Apply(WriterRow writer, Batch batch)
    {
        List<Action> undo = [];
        writer.Commits++;
        undo.Add(() => writer.Commits--);
        if (batch.Unsettled is { } unsettled)
        {
            var before = writer.Unsettled;
            writer.Unsettled = unsettled;
            undo.Add(() => writer.Unsettled = before);
        }

        foreach (var (id, header) in batch.Created.Concat(batch.Headers))
        {
            if (!_conversations.TryGetValue(id, out var known))
            {
                _conversations[id] = known = new Conversation(id);
                undo.Add(() => _conversations.Remove(id));
            }

            var before = known.Header;
            known.Header = header;
            undo.Add(() => known.Header = before);
        }

        foreach (var (id, member) in batch.Members)
        {
            Put(_conversations[id].Members, member.UserId, member, undo);
            if (!(plants.KicksWithoutTelling && scheduler.Chance.Next(5) == 0))
            {
                undo.Add(_conversations[id].Stay(member));
            }
        }

        foreach (var (id, key) in batch.NewKeys)
        {
            Put(_conversations[id].Keys, key.Uuid, key, undo);
        }

        foreach (var (id, user) in batch.Ended)
        {
            foreach (var (key, row) in _conversations[id].Wrapped.Where(one => one.Key.Item2 == user).ToList())
            {
                _conversations[id].Wrapped.Remove(key);
                undo.Add(() => _conversations[id].Wrapped[key] = row);
            }
        }

        foreach (var (id, key) in batch.Keys)
        {
            Put(_conversations[id].Wrapped, (key.Uuid, key.UserId), key, undo);
        }

        foreach (var (id, receipt) in batch.Receipts)
        {
            Put(_conversations[id].Receipts, receipt.UserId, receipt, undo);
        }

        foreach (var (id, mark) in batch.Marks)
        {
            undo.Add(_conversations[id].Mark(mark));
        }

        foreach (var (id, message) in batch.Messages)
        {
            undo.Add(_conversations[id].Append(message));
        }

        Undo(() =>
        {
            undo.Reverse();
            undo.ForEach(one => one());
        });

        foreach (var (id, message) in batch.Messages)
        {
            // Who writes is in the room at that place of the log. Events tell of it, and may tell of somebody's end.
            if (!message.IsEvent && !_conversations[id].Covers(message.UserId, message.Sequence))
            {
                scheduler.Fail("AUTHOR", $"a message of somebody who is no member was stored: sequence {message.Sequence} of {id}");
            }
        }
    }

    private static void Put<TKey, TValue>(Dictionary<TKey, TValue> table, TKey key, TValue value, List<Action> undo)
        where TKey : notnull
    {
        if (table.TryGetValue(key, out var before))
        {
            undo.Add(() => table[key] = before);
        }
        else
        {
            undo.Add(() => table.Remove(key));
        }

        table[key] = value;
    }

    /// <summary>A process's row.</summary>
    internal sealed class WriterRow
    {
        public long Generation { get; set; }

        public long Commits { get; set; }

        public bool Fenced { get; set; }

        public IReadOnlyList<Guid> Unsettled { get; set; } = [];
    }
}
