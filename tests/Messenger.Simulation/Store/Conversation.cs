using Messenger.Ports;

namespace Messenger.Simulation.Store;

/// <summary>The rows of one conversation.</summary>
internal sealed class Conversation(Guid id)
{
    private readonly List<MessageRow> _rows = [];

    public Guid Id => id;

    public ConversationRow Header { get; set; } = null!;

    public long Term { get; set; }

    public Dictionary<string, MemberRow> Members { get; } = new(StringComparer.Ordinal);

    public Dictionary<Guid, SessionKeyHeader> Keys { get; } = [];

    public Dictionary<(Guid, string), SessionKeyRow> Wrapped { get; } = [];

    public Dictionary<string, ReceiptRow> Receipts { get; } = new(StringComparer.Ordinal);

    public Dictionary<Guid, MessageRow> ByUuid { get; } = [];

    /// <summary>Ascending.</summary>
    public IReadOnlyList<MessageRow> Rows => _rows;

    public MessageRow? At(long sequence)
    {
        var at = Place(sequence);
        return at < _rows.Count && _rows[at].Sequence == sequence ? _rows[at] : null;
    }

    /// <summary>The index of the first row at or after a sequence.</summary>
    public int Place(long sequence)
    {
        var (low, high) = (0, _rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _rows[middle].Sequence < sequence ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    public IEnumerable<MessageRow> In(SequenceRange range)
    {
        for (var at = Place(range.From); at < _rows.Count && _rows[at].Sequence <= range.To; at++)
        {
            yield return _rows[at];
        }
    }

    public IEnumerable<MessageRow> Newest(SequenceRange range)
    {
        for (var at = (range.To == long.MaxValue ? _rows.Count : Place(range.To + 1)) - 1; at >= 0 && _rows[at].Sequence >= range.From; at--)
        {
            yield return _rows[at];
        }
    }

    /// <summary>Every time that somebody was here: by where it began, where it ended.</summary>
    public Dictionary<string, SortedList<long, long?>> Stays { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether somebody was a member at a place of the log.</summary>
    public bool Covers(string user, long sequence)
    {
        if (Stays.TryGetValue(user, out var stays))
        {
            foreach (var (from, to) in stays)
            {
                if (from <= sequence && !(to < sequence))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>How many were members at a place of the log.</summary>
    public int CoveredAt(long sequence) => Stays.Keys.Count(user => Covers(user, sequence));

    public Action Stay(MemberRow member)
    {
        if (!Stays.TryGetValue(member.UserId, out var stays))
        {
            Stays[member.UserId] = stays = [];
        }

        Action undo = stays.TryGetValue(member.JoinedAt, out var before) ? () => stays[member.JoinedAt] = before : () => stays.Remove(member.JoinedAt);
        stays[member.JoinedAt] = member.LeftAt;
        return undo;
    }

    public Action Append(MessageRow row)
    {
        _rows.Insert(Place(row.Sequence), row);
        ByUuid.Add(row.Uuid, row);
        return () =>
        {
            _rows.RemoveAt(Place(row.Sequence));
            ByUuid.Remove(row.Uuid);
        };
    }

    public Action Mark(MessageMark mark)
    {
        if (At(mark.Sequence) is not { } before)
        {
            return static () => { };
        }

        Put(before with
        {
            Deleted = before.Deleted || mark.Deleted,
            Objectionable = before.Objectionable || mark.Objectionable,
            Body = mark.Deleted ? null : before.Body,
            Iv = mark.Deleted ? null : before.Iv,
        });
        return () => Put(before);
    }

    private void Put(MessageRow row)
    {
        _rows[Place(row.Sequence)] = row;
        ByUuid[row.Uuid] = row;
    }
}
