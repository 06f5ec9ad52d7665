using CsCheck;
using Messenger.Grains.Conversations;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public class ReceiptsTests
{
    private static readonly string[] People = ["a", "b", "c", "d"];

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
                    kept.Appended(rows[^1], People.Length);
                }
                else
                {
                    kept.Mark(People[who], new SequenceRange(Math.Min(from, rows.Count + 1), Math.Min(from + length, rows.Count)), read);
                }
            }

            foreach (var row in rows)
            {
                Assert.Equal(Tally.Of(row.Sequence, row.UserId, roster.All, kept.Of), kept.Tally(row, roster));
            }
        });
    }

    [Fact]
    public void Own_messages_do_not_tear_what_was_read_apart()
    {
        var receipts = new Receipts([]);
        for (var sequence = 1; sequence <= 100; sequence++)
        {
            receipts.Appended(Row(sequence, sequence % 2 == 0 ? "a" : "b"), 2);
            if (sequence % 2 == 1)
            {
                receipts.Mark("a", new SequenceRange(sequence, sequence), read: true);
            }
        }

        Assert.Equal("1-100", receipts.Row("a").Read.Text);
    }

    [Fact]
    public void Read_implies_delivered_and_says_so_once()
    {
        var receipts = new Receipts([]);
        receipts.Appended(Row(1, "a"), 2);
        Assert.True(receipts.Mark("b", new SequenceRange(1, 1), read: true));
        Assert.False(receipts.Mark("b", new SequenceRange(1, 1), read: false));
        Assert.False(receipts.Mark("b", new SequenceRange(1, 1), read: true));
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
        ];
        var everything = new Receipt(Intervals.Parse(new IntervalText("1-9")), Intervals.Parse(new IntervalText("1-9")));
        Assert.Equal(new Tally(3, 3, 3), Tally.Of(5, "author", members, user => user == "author" ? null : everything));
    }

    private static MessageRow Row(long sequence, string author) => new(
        sequence, Guid.NewGuid(), "", author, "", null, null, sequence, false, null, null, false, false, null);
}
