using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>
/// The newest messages of one conversation in memory, by uuid: retries, replies and receipts nearly always name one of these. Bounded by count, by
/// bytes, and by what all conversations of the process may keep; what is not here is read from the log.
/// </summary>
/// <remarks>
/// Any thread: its grain asks and adds in its turns, while <see cref="ConversationMemory"/> drops from whichever turn found memory short. Nothing is
/// called or awaited under the lock. What was changed here and is being committed (deleted, objectionable) stays whatever is short: the log still says
/// otherwise, and what was read from it before must not come back.
/// </remarks>
internal sealed class RecentMessages(ConversationMemory memory, TimeProvider timeProvider)
{
    /// <summary>Enough for what a conversation's people retry and confirm within minutes.</summary>
    public const int MaxCount = 512;

    /// <summary>Bodies go past this: of usual messages (1 to 2 KiB) all are kept, of the largest the newest eight.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, CachedMessage> _rows = [];
    private readonly Queue<Guid> _order = [];
    private long _bytes;
    private bool _closed;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>When something was last added: a timestamp of the clock.</summary>
    public long Used { get; private set; }

    /// <summary>What a row takes: strings have two bytes a character; the rest is the row, the headers of its strings, and its place in here.</summary>
    public static long Size(MessageRow row) => 480 + (2L * (row.UserId.Length + (row.Body?.Length ?? 0) + (row.Iv?.Length ?? 0)));

    /// <summary>The row with all that it has; null where only its outline is known, or nothing.</summary>
    public MessageRow? Whole(Guid uuid)
    {
        lock (_lock)
        {
            return _rows.TryGetValue(uuid, out var kept) && kept.Whole ? kept.Row : null;
        }
    }

    /// <summary>The row, perhaps without body and iv: enough for who asks whose it is, where it stands, and what it is marked as.</summary>
    public MessageRow? Outline(Guid uuid)
    {
        lock (_lock)
        {
            return _rows.TryGetValue(uuid, out var kept) ? kept.Row : null;
        }
    }

    /// <summary>A row that was read from the log, with what was changed here since.</summary>
    public MessageRow Current(MessageRow read)
    {
        lock (_lock)
        {
            return Current(read, _rows.GetValueOrDefault(read.Uuid));
        }
    }

    public void Remember(MessageRow row)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            Used = timeProvider.GetTimestamp();
            if (_rows.TryGetValue(row.Uuid, out var known))
            {
                Put(new CachedMessage(Current(row, known), Whole: true), known);
            }
            else
            {
                Put(new CachedMessage(row, Whole: true), null);
                _order.Enqueue(row.Uuid);
                if (_order.Count > MaxCount)
                {
                    Remove(_order.Dequeue());
                }
            }

            DropBodies(MaxBytes);
        }

        memory.Relieve();
    }

    /// <summary>Drops bodies, the oldest first, until so many bytes are left.</summary>
    public void DropBodies(long until)
    {
        lock (_lock)
        {
            foreach (var uuid in _order)
            {
                if (_bytes <= until)
                {
                    return;
                }

                if (_rows[uuid] is { Whole: true, Row: { Body: not null } row } whole)
                {
                    Put(new CachedMessage(row with { Body = null, Iv = null }, Whole: false), whole);
                }
            }
        }
    }

    /// <summary>Drops all but what may differ from the log.</summary>
    public void DropAll()
    {
        lock (_lock)
        {
            for (var left = _order.Count; left > 0; left--)
            {
                var uuid = _order.Dequeue();
                if (_rows[uuid].Row is { Deleted: false, Objectionable: false })
                {
                    Remove(uuid);
                }
                else
                {
                    _order.Enqueue(uuid);
                }
            }
        }
    }

    /// <summary>For good: nothing is kept any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _rows.Clear();
            _order.Clear();
            Count(-_bytes);
        }

        memory.Forget(this);
    }

    /// <summary>Marks are never taken back.</summary>
    private static MessageRow Current(MessageRow row, CachedMessage? known) =>
        known is null ? row
        : (known.Row.Deleted && !row.Deleted ? known.Row : row) is var newer && (known.Row.Objectionable || row.Objectionable) != newer.Objectionable
            ? newer with { Objectionable = true }
            : newer;

    private void Put(CachedMessage kept, CachedMessage? known)
    {
        _rows[kept.Row.Uuid] = kept;
        Count(Size(kept.Row) - (known is null ? 0 : Size(known.Row)));
    }

    private void Remove(Guid uuid)
    {
        if (_rows.Remove(uuid, out var kept))
        {
            Count(-Size(kept.Row));
        }
    }

    private void Count(long bytes)
    {
        if (_bytes == 0 && bytes > 0)
        {
            memory.Know(this);
        }

        Interlocked.Add(ref _bytes, bytes);
        memory.Budget.Reserve(bytes);
    }

    private sealed record CachedMessage(MessageRow Row, bool Whole);
}
