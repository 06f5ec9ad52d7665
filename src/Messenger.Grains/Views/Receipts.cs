using Messenger.Ports;

namespace Messenger.Grains.Views;

/// <summary>What one member has read and had delivered. Read is part of delivered.</summary>
internal sealed class Receipt(SequenceSet read, SequenceSet delivered)
{
    public SequenceSet Read { get; } = read;

    public SequenceSet Delivered { get; } = delivered;

    public static Receipt Parse(ReceiptRow row) => new(SequenceSet.Parse(row.Read), SequenceSet.Parse(row.Delivered));

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

    /// <summary>A message took its sequence, for this many people: its author has it, nobody else. In that same turn: who joins next is not among them.</summary>
    public void Placed(MessageRow row, int members) => Remember(row, new Tally(members, 1, 1));

    /// <summary>
    /// It is on disk, or will be as part of what is shown already. The author's own messages belong to what the author has read, else its set would
    /// fall apart into a range per foreign message. Not before: a sequence that came to nothing is another's after the next load.
    /// </summary>
    public void Kept(MessageRow row)
    {
        var own = Own(row.UserId);
        var self = new SequenceRange(row.Sequence, row.Sequence);
        own.Read.Include(self);
        own.Delivered.Include(self);
    }

    /// <summary>Marks a range as read (so delivered too) or delivered; true when that was news.</summary>
    public bool Mark(MemberRow member, SequenceRange range, bool read)
    {
        var own = Own(member.UserId);
        var delivered = own.Delivered.Add(range);
        var readed = read ? own.Read.Add(range) : [];
        CountDelivered(member, delivered);
        CountReaded(member, readed);
        if (delivered.Count + readed.Count == 0)
        {
            return false;
        }

        // Here and not before: what this adds is on disk with the receipt.
        var gaps = own.Read.JoinOldest();
        CountReaded(member, gaps);
        foreach (var gap in gaps)
        {
            CountDelivered(member, own.Delivered.Add(gap));
        }

        CountDelivered(member, own.Delivered.JoinOldest());
        return true;
    }

    public ReceiptRow Row(string userId) => Own(userId).ToRow(userId);

    /// <summary>As kept, or counted: two ways to one number.</summary>
    public Tally Tally(MessageRow row, Roster roster) =>
        _newest.TryGetValue(row.Sequence, out var known) ? known.Tally : Views.Tally.Of(row.Sequence, row.UserId, roster.All, Of);

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
            _of[userId] = receipt = new Receipt(new SequenceSet(), new SequenceSet());
        }

        return receipt;
    }

    private void CountDelivered(MemberRow member, IReadOnlyList<SequenceRange> fresh) =>
        Count(member, fresh, tally => tally with { Delivered = tally.Delivered + 1 });

    private void CountReaded(MemberRow member, IReadOnlyList<SequenceRange> fresh) =>
        Count(member, fresh, tally => tally with { Readed = tally.Readed + 1 });

    private void Count(MemberRow member, IReadOnlyList<SequenceRange> fresh, Func<Tally, Tally> one)
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
                        Count(member, sequence, one);
                    }
                }
            }
            else
            {
                for (var sequence = from; sequence <= to; sequence++)
                {
                    Count(member, sequence, one);
                }
            }
        }
    }

    private void Count(MemberRow member, long sequence, Func<Tally, Tally> one)
    {
        // A gap that was filled may reach into a time in which the member was out.
        if (_newest.TryGetValue(sequence, out var known) && known.Author != member.UserId && member.WasThere(sequence))
        {
            _newest[sequence] = (known.Author, one(known.Tally));
        }
    }
}
