using Messenger.Grains.Views;
using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>A conversation in memory. It runs ahead of the log: what is changed here is being committed, in this order.</summary>
/// <remarks>When a commit fails the whole object is dropped, and what the log says is loaded once nothing of it is under way any more.</remarks>
internal sealed class LiveConversation
{
    /// <summary>Session keys in memory, the newest: about 50 KiB. Messages name the current one, or after a re-key the one before; older ones are looked up.</summary>
    public const int MaxKeys = 256;

    private readonly RecentMessages _recent;
    private readonly Dictionary<Guid, SessionKeyHeader> _keys = [];
    private readonly Queue<Guid> _keyOrder = [];

    /// <summary>Entries that the log has and has not answered, in the order handed in.</summary>
    private readonly LinkedList<(LogEntry Entry, Task<LogOutcome> Outcome)> _underWay = [];
    private TaskCompletionSource? _quiet;

    public LiveConversation(Guid id, ConversationState state, RecentMessages recent)
    {
        _recent = recent;
        Id = id;
        Term = state.Term;
        History = state.History;
        Header = state.Header;
        Head = state.Head;
        LastCreated = Math.Max(state.LastCreated, state.Header.Created);
        LastActive = Math.Max(state.LastActive ?? LastCreated, state.Header.Created);
        Roster = new Roster(state.Members);
        Receipts = new Receipts(state.Receipts);
        Unaccepted = new HashSet<string>(state.Unaccepted, StringComparer.Ordinal);
        foreach (var key in state.Keys.OrderBy(key => key.Uuid == state.Header.SessionKey).ThenBy(key => key.Created))
        {
            Add(key);
        }
    }

    public Guid Id { get; }

    /// <summary>Whose turn it was when this was loaded: what rests on it is committed under this term.</summary>
    public long Term { get; }

    /// <summary>The log's <see cref="IMessageLog.History"/> when this was loaded: under another one it may never have been.</summary>
    public long History { get; }

    public ConversationRow Header { get; set; }

    public Roster Roster { get; }

    public Receipts Receipts { get; }

    /// <summary>How many session keys the conversation ever had.</summary>
    public int KeysMade { get; private set; }

    /// <summary>Messages of which it is not known yet what became of them, so that a retry that overtakes the answer waits for just that.</summary>
    public Dictionary<Guid, PendingMessage> Pending { get; } = [];

    /// <summary>The highest sequence given out.</summary>
    public long Head { get; private set; }

    /// <summary>The time of the newest row, in milliseconds since the Unix epoch.</summary>
    public long LastCreated { get; private set; }

    /// <summary>The time of the newest row that is not silent: the conversation's place in the list.</summary>
    public long LastActive { get; private set; }

    /// <summary>In a dialog, the side that blacklisted the other; both can be.</summary>
    public IReadOnlySet<string> Blacklisting { get; set; } = new HashSet<string>();

    /// <summary>
    /// Members who have not written here since they came, and did not make it. Shown ahead of the log by who is brought in alone: who writes is taken
    /// out when it is on disk. Whoever accepted it by a contact meanwhile may still be named, which costs one needless delete.
    /// </summary>
    public HashSet<string> Unaccepted { get; }

    /// <summary>Completes when no commit of this object is under way.</summary>
    public Task Quiet => _underWay.Count == 0 ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The next sequence and its time: strictly increasing, whatever the clock does.</summary>
    public (long Sequence, long Created) Next(long now)
    {
        LastCreated = Math.Max(now, LastCreated + 1);
        return (++Head, LastCreated);
    }

    /// <summary>A row that is not silent is here, or will be as part of what is shown already.</summary>
    public void Counts(long created) => LastActive = Math.Max(LastActive, created);

    /// <summary>What a silent message that takes its place now comes behind: what counts, be it still under way.</summary>
    public long ActiveBefore() =>
        Pending.Values.Where(pending => !pending.Row.IsSilent).Select(pending => pending.Row.Created).Append(LastActive).Max();

    /// <summary>What the log says may differ by now: nothing more is committed from here.</summary>
    public bool Dropped { get; set; }

    /// <summary>It was to be the open dialog of two who have one: it is none.</summary>
    public bool LostItsPlace { get; set; }

    public async Task<LogOutcome> Commit(IMessageLog log, LogEntry entry)
    {
        if (Dropped)
        {
            return LogOutcome.Fenced;
        }

        var outcome = log.Append(entry with { History = History });
        var place = _underWay.AddLast((entry, outcome));
        try
        {
            return await outcome;
        }
        finally
        {
            _underWay.Remove(place);
            if (_underWay.Count == 0)
            {
                _quiet?.TrySetResult();
            }
        }
    }

    /// <summary>
    /// The outcome of the entry that made a thing what memory shows it to be: the oldest under way since which every entry says the same of it.
    /// Null when none is under way: what was loaded is on disk, and so is what was committed.
    /// </summary>
    /// <param name="says">Of an entry: whether it makes the thing what it is now, or something else; null where it says nothing of it.</param>
    public Task<LogOutcome>? Carrying(Func<LogEntry, bool?> says)
    {
        Task<LogOutcome>? carrying = null;
        for (var place = _underWay.Last; place is not null; place = place.Previous)
        {
            switch (says(place.Value.Entry))
            {
                case true:
                    carrying = place.Value.Outcome;
                    break;
                case false:
                    return carrying;
            }
        }

        return carrying;
    }

    /// <summary>
    /// The outcome of the newest entry under way that changed what rules ask: who is in, who is admin, the current key, whether it is deleted.
    /// Null when none is.
    /// </summary>
    public Task<LogOutcome>? Ruling
    {
        get
        {
            for (var place = _underWay.Last; place is not null; place = place.Previous)
            {
                if (place.Value.Entry is { Header: not null } or { NewKey: not null } or { Members.Count: > 0 })
                {
                    return place.Value.Outcome;
                }
            }

            return null;
        }
    }

    /// <summary>The row from memory, with all that it has; null when the log has to be asked.</summary>
    public MessageRow? Recent(Guid uuid) => _recent.Whole(uuid);

    /// <summary>The row from memory, perhaps without body and iv; null when the log has to be asked.</summary>
    public MessageRow? Outline(Guid uuid) => _recent.Outline(uuid);

    /// <summary>A row that was read from the log, with what was changed in memory since.</summary>
    public MessageRow Current(MessageRow read) => _recent.Current(read);

    public void Remember(MessageRow row) => _recent.Remember(row);

    /// <summary>It is replaced, or its grain ends: what it kept of the process's memory is free.</summary>
    public void Forget() => _recent.Close();

    public void Add(SessionKeyHeader key)
    {
        KeysMade++;
        _keys.Add(key.Uuid, key);
        _keyOrder.Enqueue(key.Uuid);
        if (_keyOrder.Count > MaxKeys)
        {
            _keys.Remove(_keyOrder.Dequeue());
        }
    }

    /// <summary>Whether the conversation has this session key; null when memory does not know so old ones, and the log has to be asked.</summary>
    public bool? HasKey(Guid uuid) => _keys.ContainsKey(uuid) ? true : KeysMade > MaxKeys ? null : false;

    /// <summary>When the current key was made.</summary>
    public long KeyCreated => _keys[Header.SessionKey].Created;
}
