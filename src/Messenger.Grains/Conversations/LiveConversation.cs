using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>A conversation in memory. It runs ahead of the log: what is changed here is being committed, in this order.</summary>
/// <remarks>When a commit fails the whole object is dropped, and what the log says is loaded once nothing of it is under way any more.</remarks>
internal sealed class LiveConversation
{
    /// <summary>Messages kept by uuid: retries, replies and receipts nearly always name one of the newest.</summary>
    private const int RecentMessages = 512;

    private readonly Dictionary<Guid, MessageRow> _recent = [];
    private readonly Queue<Guid> _order = [];
    private Task<LogOutcome> _lastCommit = Task.FromResult(LogOutcome.Committed);
    private int _underWay;
    private TaskCompletionSource? _quiet;

    public LiveConversation(Guid id, ConversationState state)
    {
        Id = id;
        Term = state.Term;
        Header = state.Header;
        Head = state.Head;
        LastCreated = Math.Max(state.LastCreated, state.Header.Created);
        Roster = new Roster(state.Members);
        Receipts = new Receipts(state.Receipts);
        Keys = state.Keys.ToDictionary(key => key.Uuid);
    }

    public Guid Id { get; }

    /// <summary>Whose turn it was when this was loaded: what rests on it is committed under this term.</summary>
    public long Term { get; }

    public ConversationRow Header { get; set; }

    public Roster Roster { get; }

    public Receipts Receipts { get; }

    /// <summary>Every session key the conversation ever had.</summary>
    public Dictionary<Guid, SessionKeyHeader> Keys { get; }

    /// <summary>Messages handed to the log and not yet answered by it, so that a retry that overtakes the answer finds them.</summary>
    public Dictionary<Guid, MessageRow> Pending { get; } = [];

    /// <summary>The highest sequence given out.</summary>
    public long Head { get; private set; }

    /// <summary>The time of the newest row, in milliseconds since the Unix epoch.</summary>
    public long LastCreated { get; private set; }

    /// <summary>In a dialog, the side that blacklisted the other; both can be.</summary>
    public IReadOnlySet<string> Blacklisting { get; set; } = new HashSet<string>();

    /// <summary>Completes when no commit of this object is under way.</summary>
    public Task Quiet => _underWay == 0 ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The next sequence and its time: strictly increasing, whatever the clock does.</summary>
    public (long Sequence, long Created) Next(long now)
    {
        LastCreated = Math.Max(now, LastCreated + 1);
        return (++Head, LastCreated);
    }

    /// <summary>What the log says may differ by now: nothing more is committed from here.</summary>
    public bool Dropped { get; set; }

    public async Task<LogOutcome> Commit(IMessageLog log, LogEntry entry)
    {
        if (Dropped)
        {
            return LogOutcome.Fenced;
        }

        _underWay++;
        var commit = log.Append(entry);
        _lastCommit = commit;
        var outcome = await commit;
        if (--_underWay == 0)
        {
            _quiet?.TrySetResult();
        }

        return outcome;
    }

    /// <summary>Whether all that this object shows is on disk: waits for the newest commit, which none before it can outlast.</summary>
    public async Task<bool> Confirmed() => await _lastCommit is LogOutcome.Committed or LogOutcome.Duplicate && !Dropped;

    public MessageRow? Recent(Guid uuid) => _recent.GetValueOrDefault(uuid);

    public void Remember(MessageRow row)
    {
        if (!_recent.TryAdd(row.Uuid, row))
        {
            _recent[row.Uuid] = row;
            return;
        }

        _order.Enqueue(row.Uuid);
        if (_order.Count > RecentMessages)
        {
            _recent.Remove(_order.Dequeue());
        }
    }
}
