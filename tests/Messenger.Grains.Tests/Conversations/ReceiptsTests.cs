using CsCheck;
using Messenger.Grains.Views;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public class ReceiptsTests
{
    private static readonly string[] People = ["a", "b", "c", "d"];

    /// <summary>Counting anew finds the author alone: any other number was kept.</summary>
    private static readonly Roster Nobody = new([]);

    /// <summary>The kept counters and the counting from scratch are two ways to one number.</summary>
    [Fact]
    public void Counters_kept_equal_counters_counted()
    {
        var step = Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Bool, Gen.Long[1, 40], Gen.Long[0, 9]);
        step.Array[1, 60].Sample(steps =>
        {
            var roster = new Roster(People.Select((user, i) => new MemberRow(user, false, null, 1, null, i)));
            var kept = new Receipts([]);
            List<MessageRow> rows = [];
            foreach (var (who, send, read, from, length) in steps)
            {
                if (send)
                {
                    rows.Add(Row(rows.Count + 1, People[who]));
                    Append(kept, rows[^1], People.Length);
                }
                else
                {
                    kept.Mark(Member(People[who]), new SequenceRange(Math.Min(from, rows.Count + 1), Math.Min(from + length, rows.Count)), read);
                }
            }

            foreach (var row in rows)
            {
                Assert.Equal(Tally.Of(row.Sequence, row.UserId, roster.All, kept.Of), kept.Tally(row, roster));
            }
        });
    }

    /// <summary>What fills a gap is on disk with a receipt: writing alone, which is not, fills none. And what is read is delivered.</summary>
    [Fact]
    public void Gaps_that_are_too_many_are_filled_with_a_receipt()
    {
        const int written = 2 * (SequenceSet.MaxRanges + 50);
        var receipts = new Receipts([]);
        for (var sequence = 1; sequence <= written; sequence++)
        {
            Append(receipts, Row(sequence, People[sequence % 2]), 2);
        }

        var own = receipts.Of("a")!;
        Assert.DoesNotContain(Enumerable.Range(1, written), sequence => sequence % 2 == 1 && own.Read.Contains(sequence));
        Assert.True(receipts.Mark(Member("a"), new SequenceRange(written - 1, written - 1), read: false));
        Assert.Equal((SequenceSet.MaxRanges, SequenceSet.MaxRanges - 1), (own.Read.Ranges.Count, own.Delivered.Ranges.Count));
        Assert.All(Enumerable.Range(1, written).Where(sequence => own.Read.Contains(sequence)), sequence => Assert.True(own.Delivered.Contains(sequence)));
        Assert.True(own.Read.Contains(3));
        Assert.False(own.Read.Contains(written - 1));
    }

    [Fact]
    public void Own_messages_do_not_tear_what_was_read_apart()
    {
        var receipts = new Receipts([]);
        for (var sequence = 1; sequence <= 100; sequence++)
        {
            Append(receipts, Row(sequence, sequence % 2 == 0 ? "a" : "b"), 2);
            if (sequence % 2 == 1)
            {
                receipts.Mark(Member("a"), new SequenceRange(sequence, sequence), read: true);
            }
        }

        Assert.Equal("1-100", receipts.Row("a").Read.Text);
    }

    [Fact]
    public void Read_implies_delivered_and_says_so_once()
    {
        var receipts = new Receipts([]);
        Append(receipts, Row(1, "a"), 2);
        Assert.True(receipts.Mark(Member("b"), new SequenceRange(1, 1), read: true));
        Assert.False(receipts.Mark(Member("b"), new SequenceRange(1, 1), read: false));
        Assert.False(receipts.Mark(Member("b"), new SequenceRange(1, 1), read: true));
        Assert.Equal(new Tally(2, 2, 2), receipts.Tally(Row(1, "a"), new Roster([])));
    }

    [Fact]
    public void A_message_is_counted_for_those_who_were_there()
    {
        MemberRow[] members =
        [
            new("author", true, null, 1, null, 0),
            new("left before", false, null, 1, 4, 1),
            new("left after", false, null, 1, 6, 2),
            new("joined with it", false, null, 5, null, 3),
            new("joined after", false, null, 6, null, 4),
            new("came back", false, null, 8, null, 5) { Earlier = new IntervalText("2-3,5") },
            new("was out", false, null, 8, null, 6) { Earlier = new IntervalText("2-4,6") },
            new("earlier owner of the number", false, null, 8, null, 7) { Ended = new IntervalText("1-5") },
        ];
        var everything = new Receipt(SequenceSet.Parse(new IntervalText("1-9")), SequenceSet.Parse(new IntervalText("1-9")));
        Assert.Equal(new Tally(5, 5, 5), Tally.Of(5, "author", members, user => user == "author" ? null : everything));
    }

    /// <summary>A gap that is filled because there are too many may reach into a time in which the member was out: that time is not the member's to count.</summary>
    [Fact]
    public void Who_was_out_counts_for_nothing_of_that_time()
    {
        var receipts = new Receipts([]);
        var roster = new Roster([Member("a"), new("b", false, null, 3, null, 1)]);
        Append(receipts, Row(1, "a"), 1);
        Append(receipts, Row(3, "a"), 2);
        receipts.Mark(roster.Member("b")!, new SequenceRange(1, 3), read: true);
        Assert.Equal([new Tally(1, 1, 1), new Tally(2, 2, 2)], new[] { 1, 3 }.Select(sequence => receipts.Tally(Row(sequence, "a"), roster)));
    }

    [Fact]
    public void What_was_delivered_is_not_read()
    {
        var receipts = new Receipts([]);
        Append(receipts, Row(1, "a"), 2);
        Assert.True(receipts.Mark(Member("b"), new SequenceRange(1, 1), read: false));
        Assert.Equal(new Tally(Members: 2, Delivered: 2, Readed: 1), receipts.Tally(Row(1, "a"), Nobody));
        Assert.Equal(("1", ""), (receipts.Row("b").Delivered.Text, receipts.Row("b").Read.Text));
        Assert.Equal(("1", "1"), (receipts.Row("a").Delivered.Text, receipts.Row("a").Read.Text));
    }

    [Fact]
    public void The_newest_messages_have_their_counters_kept_and_older_ones_are_counted()
    {
        var receipts = new Receipts([]);
        for (var sequence = 1; sequence <= Receipts.Window + 1; sequence++)
        {
            Append(receipts, Row(sequence, "a"), 7);
        }

        Assert.Equal([1, 7, 7], new[] { 1, 2, Receipts.Window + 1 }.Select(sequence => receipts.Tally(Row(sequence, "a"), Nobody).Members));
    }

    /// <summary>A receipt for much more than is kept goes the other way round, and counts the same.</summary>
    [Fact]
    public void A_long_range_counts_what_is_kept_within_it_and_nothing_else()
    {
        var receipts = new Receipts([]);
        foreach (var sequence in (long[])[50, 51, 52])
        {
            receipts.Remember(Row(sequence, "a"), new Tally(4, 1, 1));
        }

        receipts.Mark(Member("b"), new SequenceRange(51, 100), read: true);
        receipts.Mark(Member("c"), new SequenceRange(1, 51), read: true);
        receipts.Mark(Member("a"), new SequenceRange(1, 100), read: true);
        Assert.Equal([2, 3, 2], new long[] { 50, 51, 52 }.Select(sequence => receipts.Tally(Row(sequence, "a"), Nobody).Readed));
    }

    [Fact]
    public void What_is_not_kept_is_counted_after_a_receipt_too()
    {
        var receipts = new Receipts([]);
        receipts.Remember(Row(3, "a"), new Tally(2, 1, 1));
        receipts.Mark(Member("b"), new SequenceRange(3, 4), read: true);
        Assert.Equal(new Tally(2, 2, 2), receipts.Tally(Row(4, "a"), new Roster([new("a", true, null, 1, null, 0), new("b", false, null, 1, null, 1)])));
    }

    private static void Append(Receipts receipts, MessageRow row, int members)
    {
        receipts.Placed(row, members);
        receipts.Kept(row);
    }

    private static MemberRow Member(string user) => new(user, false, null, 1, null, 0);

    private static MessageRow Row(long sequence, string author) => new(
        sequence, Guid.NewGuid(), "", author, "", null, null, sequence, false, null, null, false, false, null);
}
