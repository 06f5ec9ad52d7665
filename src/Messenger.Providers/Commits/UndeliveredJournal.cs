namespace Messenger.Providers.Commits;

/// <summary>
/// Which conversations have committed notifications that are not settled, and what of it is on disk.
/// </summary>
/// <remarks>
/// The disk must name every unsettled conversation; it may name more, since one too many costs a resync at most, and only when this process dies.
/// So a busy set of conversations is written once, not with every commit, and trimmed when it has grown or the log is idle.
/// </remarks>
internal sealed class UndeliveredJournal
{
    /// <summary>How many settled conversations the disk may still name before a commit drops them.</summary>
    private const int Slack = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, int> _outstanding = [];

    /// <summary>Null when it is not known, as before the first commit, when there is none yet.</summary>
    private HashSet<Guid>? _onDisk;
    private bool _doubtful;

    /// <summary>Whether the disk names any conversation.</summary>
    public bool Stored
    {
        get
        {
            lock (_gate)
            {
                return _onDisk is { Count: > 0 };
            }
        }
    }

    /// <summary>Whether the disk names conversations that are settled by now.</summary>
    public bool Stale
    {
        get
        {
            lock (_gate)
            {
                return _onDisk is not null && _onDisk.Count > _outstanding.Count;
            }
        }
    }

    /// <summary>Whether every conversation that was told of is settled.</summary>
    public bool Empty
    {
        get
        {
            lock (_gate)
            {
                return _outstanding.Count == 0;
            }
        }
    }

    /// <summary>Entries of this conversation that are not settled.</summary>
    public int Outstanding(Guid conversation)
    {
        lock (_gate)
        {
            return _outstanding.GetValueOrDefault(conversation);
        }
    }

    /// <summary>Whether the disk may name this conversation although it is settled.</summary>
    public bool NamesInVain(Guid conversation)
    {
        lock (_gate)
        {
            return (_onDisk?.Contains(conversation) ?? _doubtful) && !_outstanding.ContainsKey(conversation);
        }
    }

    /// <summary>What a commit of these entries must write; null when the disk says enough.</summary>
    public Guid[]? Needed(IReadOnlyCollection<QueuedEntry> entries)
    {
        lock (_gate)
        {
            var needed = _outstanding.Keys.ToHashSet();
            foreach (var entry in entries)
            {
                if (entry.Entry.Notifies)
                {
                    needed.Add(entry.Entry.Conversation);
                }
            }

            var trims = entries.Count == 0 || entries.Any(entry => entry.Trims);
            return _onDisk is not null && needed.IsSubsetOf(_onDisk) && !(trims && _onDisk.Count > needed.Count) && _onDisk.Count <= (2 * needed.Count) + Slack
                ? null
                : [.. needed];
        }
    }

    /// <summary>These entries are on disk, with this journal.</summary>
    public void Written(IReadOnlyCollection<QueuedEntry> entries, Guid[]? journal)
    {
        lock (_gate)
        {
            _onDisk = journal?.ToHashSet() ?? _onDisk;
            _doubtful &= journal is null;
            AddOutstanding(entries);
        }
    }

    /// <summary>The commit of these failed on the way. They may be on disk, and what the journal says is not known: the next commit writes it anew.</summary>
    public void Unknown(IReadOnlyCollection<QueuedEntry> entries)
    {
        lock (_gate)
        {
            _onDisk = null;
            _doubtful = true;
            AddOutstanding(entries);
        }
    }

    private void AddOutstanding(IReadOnlyCollection<QueuedEntry> entries)
    {
        foreach (var entry in entries.Where(entry => entry.Entry.Notifies))
        {
            _outstanding[entry.Entry.Conversation] = _outstanding.GetValueOrDefault(entry.Entry.Conversation) + 1;
        }
    }

    public void Settled(Guid conversation)
    {
        lock (_gate)
        {
            if (!_outstanding.TryGetValue(conversation, out var count))
            {
                return;
            }

            if (count > 1)
            {
                _outstanding[conversation] = count - 1;
            }
            else
            {
                _outstanding.Remove(conversation);
            }
        }
    }
}
