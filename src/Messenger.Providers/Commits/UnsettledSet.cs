namespace Messenger.Providers.Commits;

/// <summary>
/// Which conversations have committed notifications that are not settled, and what of it is on disk.
/// </summary>
/// <remarks>
/// The disk must name every unsettled conversation; it may name more, since one too many costs a resync at most, and only when this process dies.
/// So a busy set of conversations is written once, not with every commit, and trimmed when it has grown or the log is idle.
/// </remarks>
internal sealed class UnsettledSet
{
    /// <summary>How many settled conversations the disk may still name before a commit drops them.</summary>
    private const int Slack = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, int> outstanding = [];

    /// <summary>Null when it is not known, as before the first commit, when there is none yet.</summary>
    private HashSet<Guid>? onDisk;
    private bool doubtful;

    /// <summary>Whether the disk names any conversation.</summary>
    public bool Stored
    {
        get
        {
            lock (gate)
            {
                return onDisk is { Count: > 0 };
            }
        }
    }

    /// <summary>Whether the disk names conversations that are settled by now.</summary>
    public bool Stale
    {
        get
        {
            lock (gate)
            {
                return onDisk is not null && onDisk.Count > outstanding.Count;
            }
        }
    }

    /// <summary>Whether every conversation that was told of is settled.</summary>
    public bool Empty
    {
        get
        {
            lock (gate)
            {
                return outstanding.Count == 0;
            }
        }
    }

    /// <summary>Entries of this conversation that are not settled.</summary>
    public int Outstanding(Guid conversation)
    {
        lock (gate)
        {
            return outstanding.GetValueOrDefault(conversation);
        }
    }

    /// <summary>Whether the disk may name this conversation although it is settled.</summary>
    public bool NamesInVain(Guid conversation)
    {
        lock (gate)
        {
            return (onDisk?.Contains(conversation) ?? doubtful) && !outstanding.ContainsKey(conversation);
        }
    }

    /// <summary>What a commit of these entries must write; null when the disk says enough.</summary>
    public Guid[]? Needed(IReadOnlyCollection<Pending> entries)
    {
        lock (gate)
        {
            var needed = outstanding.Keys.ToHashSet();
            foreach (var pending in entries)
            {
                if (pending.Entry.Notifies)
                {
                    needed.Add(pending.Entry.Conversation);
                }
            }

            var trims = entries.Count == 0 || entries.Any(pending => pending.Trims);
            return onDisk is not null && needed.IsSubsetOf(onDisk) && !(trims && onDisk.Count > needed.Count) && onDisk.Count <= (2 * needed.Count) + Slack
                ? null
                : [.. needed];
        }
    }

    /// <summary>These entries are on disk, with this journal.</summary>
    public void Written(IReadOnlyCollection<Pending> entries, Guid[]? journal)
    {
        lock (gate)
        {
            onDisk = journal?.ToHashSet() ?? onDisk;
            doubtful &= journal is null;
            Owe(entries);
        }
    }

    /// <summary>The commit of these failed on the way. They may be on disk, and what the journal says is not known: the next commit writes it anew.</summary>
    public void Unknown(IReadOnlyCollection<Pending> entries)
    {
        lock (gate)
        {
            onDisk = null;
            doubtful = true;
            Owe(entries);
        }
    }

    private void Owe(IReadOnlyCollection<Pending> entries)
    {
        foreach (var pending in entries.Where(pending => pending.Entry.Notifies))
        {
            outstanding[pending.Entry.Conversation] = outstanding.GetValueOrDefault(pending.Entry.Conversation) + 1;
        }
    }

    public void Settled(Guid conversation)
    {
        lock (gate)
        {
            if (!outstanding.TryGetValue(conversation, out var count))
            {
                return;
            }

            if (count > 1)
            {
                outstanding[conversation] = count - 1;
            }
            else
            {
                outstanding.Remove(conversation);
            }
        }
    }
}
