using System.Globalization;
using System.Text;

namespace Messenger.Ports;

/// <summary>
/// A set of sequences kept as ascending ranges that do not touch: what a member has read, had delivered, or was there for.
/// Phones read in order and people stay, so it is normally one range however long the conversation.
/// </summary>
public sealed class SequenceSet
{
    /// <summary>Ranges that are kept apart, see <see cref="JoinOldest"/>. No phone comes near it; a row of so many is some 15 KiB.</summary>
    public const int MaxRanges = 1000;

    private readonly List<SequenceRange> _ranges;

    public SequenceSet() => _ranges = [];

    private SequenceSet(List<SequenceRange> ranges) => _ranges = ranges;

    public IReadOnlyList<SequenceRange> Ranges => _ranges;

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">It did not.</exception>
    public static SequenceSet Parse(IntervalText stored)
    {
        var ranges = new List<SequenceRange>();
        foreach (var part in stored.Text.AsSpan().Split(','))
        {
            var text = stored.Text.AsSpan(part);
            if (text.IsEmpty)
            {
                continue;
            }

            var (from, to) = Range(text);
            if (to < from || (ranges.Count > 0 && from <= ranges[^1].To + 1))
            {
                throw new FormatException($"ranges must ascend and not touch: {stored.Text}");
            }

            ranges.Add(new SequenceRange(from, to));
        }

        return new SequenceSet(ranges);
    }

    /// <summary>Reads <c>1-57</c> or <c>60</c>.</summary>
    internal static SequenceRange Range(ReadOnlySpan<char> text)
    {
        var dash = text.IndexOf('-');
        return dash < 0
            ? new SequenceRange(Number(text), Number(text))
            : new SequenceRange(Number(text[..dash]), Number(text[(dash + 1)..]));
    }

    /// <summary>As <c>1-57,60</c>.</summary>
    public IntervalText ToText()
    {
        var text = new StringBuilder();
        foreach (var (from, to) in _ranges)
        {
            if (text.Length > 0)
            {
                text.Append(',');
            }

            text.Append(CultureInfo.InvariantCulture, $"{from}");
            if (to > from)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{to}");
            }
        }

        return new IntervalText(text.ToString());
    }

    public bool Contains(long sequence)
    {
        var at = At(sequence);
        return at < _ranges.Count && _ranges[at].From <= sequence;
    }

    /// <summary>The parts of a range that the set leaves out, ascending.</summary>
    public IReadOnlyList<SequenceRange> Outside(SequenceRange range)
    {
        var gaps = new List<SequenceRange>();
        var next = range.From;
        for (var at = At(range.From); at < _ranges.Count && _ranges[at].From <= range.To; at++)
        {
            var (from, to) = _ranges[at];
            if (from > next)
            {
                gaps.Add(new SequenceRange(next, from - 1));
            }

            if (to >= range.To)
            {
                return gaps;
            }

            next = to + 1;
        }

        if (next <= range.To)
        {
            gaps.Add(new SequenceRange(next, range.To));
        }

        return gaps;
    }

    /// <summary>Adds a range and returns the parts of it that were not in the set, ascending.</summary>
    public IReadOnlyList<SequenceRange> Add(SequenceRange range)
    {
        if (range.To < range.From)
        {
            return [];
        }

        if (TryExtend(range))
        {
            return [range];
        }

        var fresh = new List<SequenceRange>();
        var first = At(range.From - 1);
        var next = range.From;
        var (from, to) = (range.From, range.To);
        var last = first;
        while (last < _ranges.Count && _ranges[last].From <= range.To + 1)
        {
            var known = _ranges[last];
            if (known.From > next)
            {
                fresh.Add(new SequenceRange(next, Math.Min(known.From - 1, range.To)));
            }

            next = Math.Max(next, known.To + 1);
            from = Math.Min(from, known.From);
            to = Math.Max(to, known.To);
            last++;
        }

        if (next <= range.To)
        {
            fresh.Add(new SequenceRange(next, range.To));
        }

        _ranges.RemoveRange(first, last - first);
        _ranges.Insert(first, new SequenceRange(from, to));
        return fresh;
    }

    /// <summary>Adds a range, whatever of it is there.</summary>
    public void Include(SequenceRange range)
    {
        if (!TryExtend(range))
        {
            Add(range);
        }
    }

    /// <summary>
    /// Where there are too many ranges the oldest become one; gives the gaps between them, which are in the set now. Before it is written: that is done
    /// with every receipt, whole, and who marks every second message of a long conversation would write megabytes with each.
    /// </summary>
    public IReadOnlyList<SequenceRange> JoinOldest()
    {
        if (_ranges.Count <= MaxRanges)
        {
            return [];
        }

        var last = _ranges.Count - MaxRanges;
        var gaps = Enumerable.Range(0, last).Select(at => new SequenceRange(_ranges[at].To + 1, _ranges[at + 1].From - 1)).ToList();
        _ranges[last] = new SequenceRange(_ranges[0].From, _ranges[last].To);
        _ranges.RemoveRange(0, last);
        return gaps;
    }

    /// <summary>Nearly every message and every receipt goes on where the last one ended.</summary>
    private bool TryExtend(SequenceRange range)
    {
        if (range.To < range.From || _ranges.Count == 0 || _ranges[^1].To + 1 != range.From)
        {
            return false;
        }

        _ranges[^1] = _ranges[^1] with { To = range.To };
        return true;
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The index of the first range that ends at or after a sequence.</summary>
    private int At(long sequence)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].To < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
