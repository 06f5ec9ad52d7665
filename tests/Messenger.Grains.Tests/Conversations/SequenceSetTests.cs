using CsCheck;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public class SequenceSetTests
{
    private static readonly Gen<SequenceRange> AnyRange =
        Gen.Select(Gen.Long[1, 60], Gen.Long[0, 12]).Select((from, length) => new SequenceRange(from, from + length));

    [Fact]
    public void What_is_included_is_there_as_if_it_had_been_added() => AnyRange.Array[0, 30].Sample(ranges =>
    {
        var (added, included) = (new SequenceSet(), new SequenceSet());
        foreach (var range in ranges)
        {
            added.Add(range);
            included.Include(range);
        }

        return added.ToText() == included.ToText();
    });

    [Fact]
    public void Behaves_as_a_set_of_numbers_whatever_is_added() => AnyRange.Array[0, 30].Sample(ranges =>
    {
        var intervals = new SequenceSet();
        var model = new HashSet<long>();
        foreach (var range in ranges)
        {
            var fresh = intervals.Add(range).SelectMany(Numbers).ToList();
            var expected = Numbers(range).Where(model.Add).ToList();
            Assert.Equal(expected, fresh);
        }

        Assert.Equal(model.Order(), intervals.Ranges.SelectMany(Numbers));
        Assert.All(Enumerable.Range(0, 80), number => Assert.Equal(model.Contains(number), intervals.Contains(number)));
        Assert.Equal(intervals.Ranges, SequenceSet.Parse(intervals.ToText()).Ranges);
    });

    [Fact]
    public void A_range_of_nothing_adds_nothing()
    {
        var intervals = new SequenceSet();
        Assert.Empty(intervals.Add(new SequenceRange(5, 4)));
        Assert.Empty(intervals.Ranges);
    }

    [Fact]
    public void Neighbours_become_one_range()
    {
        var intervals = new SequenceSet();
        foreach (var number in (long[])[5, 3, 4, 1, 2])
        {
            intervals.Add(new SequenceRange(number, number));
        }

        Assert.Equal("1-5", intervals.ToText().Text);
    }

    [Fact]
    public void Of_too_many_ranges_the_oldest_become_one()
    {
        const int marked = SequenceSet.MaxRanges + 3;
        var intervals = new SequenceSet();
        for (var number = 1; number <= 2 * marked; number += 2)
        {
            intervals.Add(new SequenceRange(number, number));
        }

        Assert.Equal([new(2, 2), new(4, 4), new(6, 6)], intervals.JoinOldest());
        Assert.Equal(new SequenceRange(1, 7), intervals.Ranges[0]);
        Assert.Equal(Enumerable.Range(5, SequenceSet.MaxRanges - 1).Select(at => new SequenceRange((2 * at) - 1, (2 * at) - 1)), intervals.Ranges.Skip(1));
        Assert.Empty(intervals.JoinOldest());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("7", "7")]
    [InlineData("1-57,60,62-64", "1-57,60,62-64")]
    public void Reads_what_it_wrote(string stored, string again) => Assert.Equal(again, SequenceSet.Parse(new IntervalText(stored)).ToText().Text);

    [Theory]
    [InlineData("5-4")]
    [InlineData("1-3,4")]
    [InlineData("7,2")]
    [InlineData("x")]
    public void Refuses_what_it_would_not_write(string stored) =>
        Assert.Throws<FormatException>(() => SequenceSet.Parse(new IntervalText(stored)));

    private static IEnumerable<long> Numbers(SequenceRange range)
    {
        for (var number = range.From; number <= range.To; number++)
        {
            yield return number;
        }
    }

    [Theory]
    [InlineData("", 1, 9, "1-9")]
    [InlineData("1-9", 1, 9, "")]
    [InlineData("1-3,5,8-20", 1, 9, "4-4 6-7")]
    [InlineData("1-3,5", 4, 9, "4-4 6-9")]
    [InlineData("2", 1, 3, "1-1 3-3")]
    [InlineData("50-60", 1, 9, "1-9")]
    [InlineData("1-9223372036854775807", 5, 9223372036854775807, "")]
    [InlineData("1-3", 9, 5, "")]
    public void What_a_set_leaves_out_of_a_range(string stored, long from, long to, string left) => Assert.Equal(
        left, string.Join(' ', SequenceSet.Parse(new IntervalText(stored)).Outside(new SequenceRange(from, to)).Select(gap => $"{gap.From}-{gap.To}")));

    [Fact]
    public void What_is_asked_of_the_text_is_what_the_set_says() => AnyRange.Array[0, 30].Sample(ranges =>
    {
        var set = new SequenceSet();
        Array.ForEach(ranges, set.Include);
        var text = set.ToText();
        return Enumerable.Range(0, 80).All(number => text.Contains(number) == set.Contains(number));
    });
}
