using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>What one member has read and had delivered. Read is part of delivered.</summary>
internal sealed class Receipt(Intervals read, Intervals delivered)
{
    public Intervals Read { get; } = read;

    public Intervals Delivered { get; } = delivered;

    public static Receipt Parse(ReceiptRow row) => new(Intervals.Parse(row.Read), Intervals.Parse(row.Delivered));

    public ReceiptRow ToRow(string userId) => new(userId, Read.ToText(), Delivered.ToText());
}

/// <summary>The receipts of a conversation, and the counters of its newest messages kept as numbers.</summary>
/// <remarks>
/// Without the numbers a message read by each of 10 000 members would cost 10 000 counts of 10 000 members.
/// </remarks>
internal sealed class Receipts
{
    /// <summary>How many of the newest messages have their counters kept; older ones are counted when asked for.</summary>
    public const int Window = 256;

    private readonly Dictionary<string, Receipt> _of;
    private readonly Dictionary<long, (string Author, Tally Tally)> _newest = [];
    private readonly Queue<long> _order = [];

    public Receipts(IEnumerable<ReceiptRow> rows) =>
        _of = rows.ToDictionary(row => row.UserId, Receipt.Parse, StringComparer.Ordinal);

    public Receipt? Of(string userId) => _of.GetValueOrDefault(userId);

    /// <summary>A new message: its author has it, nobody else.</summary>
    public void Appended(MessageRow row, int members)
    {
        Remember(row, new Tally(members, 1, 1));

        // The author's own messages belong to what the author has read, else its set would fall apart into a range per foreign message.
        var own = Own(row.UserId);
        var self = new SequenceRange(row.Sequence, row.Sequence);
        own.Read.Include(self);
        own.Delivered.Include(self);
    }

    /// <summary>Marks a range as read (so delivered too) or delivered; true when that was news.</summary>
    public bool Mark(string userId, SequenceRange range, bool read)
    {
        var own = Own(userId);
        var delivered = own.Delivered.Add(range);
        var readed = read ? own.Read.Add(range) : [];
        CountDelivered(userId, delivered);
        CountReaded(userId, readed);
        if (delivered.Count + readed.Count == 0)
        {
            return false;
        }

        // Here and not before: what this adds is on disk with the receipt.
        var gaps = own.Read.JoinOldest();
        CountReaded(userId, gaps);
        foreach (var gap in gaps)
        {
            CountDelivered(userId, own.Delivered.Add(gap));
        }

        CountDelivered(userId, own.Delivered.JoinOldest());
        return true;
    }

    /// <summary>Somebody came back: what was written meanwhile and before was not for them, and is counted anew.</summary>
    public void CountAnew()
    {
        _newest.Clear();
        _order.Clear();
    }

    public ReceiptRow Row(string userId) => Own(userId).ToRow(userId);

    public Tally Tally(MessageRow row, Roster roster)
    {
        if (_newest.TryGetValue(row.Sequence, out var known))
        {
            return known.Tally;
        }

        return Conversations.Tally.Of(row.Sequence, row.UserId, roster.All, Of);
    }

    /// <summary>Keeps the counters of a row that was read from the log, when it is about to be asked for often.</summary>
    public void Remember(MessageRow row, Tally tally)
    {
        if (_newest.TryAdd(row.Sequence, (row.UserId, tally)))
        {
            _order.Enqueue(row.Sequence);
            if (_order.Count > Window)
            {
                _newest.Remove(_order.Dequeue());
            }
        }
    }

    private Receipt Own(string userId)
    {
        if (!_of.TryGetValue(userId, out var receipt))
        {
            _of[userId] = receipt = new Receipt(new Intervals(), new Intervals());
        }

        return receipt;
    }

    private void CountDelivered(string userId, IReadOnlyList<SequenceRange> fresh) =>
        Count(userId, fresh, tally => tally with { Delivered = tally.Delivered + 1 });

    private void CountReaded(string userId, IReadOnlyList<SequenceRange> fresh) =>
        Count(userId, fresh, tally => tally with { Readed = tally.Readed + 1 });

    private void Count(string userId, IReadOnlyList<SequenceRange> fresh, Func<Tally, Tally> one)
    {
        foreach (var (from, to) in fresh)
        {
            // A range can be as long as the conversation: then the window is the shorter way round.
            if (to - from > _newest.Count)
            {
                foreach (var sequence in _order)
                {
                    if (from <= sequence && sequence <= to)
                    {
                        Count(userId, sequence, one);
                    }
                }
            }
            else
            {
                for (var sequence = from; sequence <= to; sequence++)
                {
                    Count(userId, sequence, one);
                }
            }
        }
    }

    private void Count(string userId, long sequence, Func<Tally, Tally> one)
    {
        if (_newest.TryGetValue(sequence, out var known) && known.Author != userId)
        {
            _newest[sequence] = (known.Author, one(known.Tally));
        }
    }
}
