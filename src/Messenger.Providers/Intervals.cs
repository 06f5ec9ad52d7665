using System.Globalization;
using Messenger.Ports;

namespace Messenger.Providers;

/// <summary>Reads <see cref="IntervalText"/>.</summary>
internal static class Intervals
{
    /// <summary>The parts of a range that these intervals leave out, ascending: an unread count looks at nothing but them.</summary>
    /// <exception cref="FormatException">The text is not of the form <c>1-57,60</c>.</exception>
    public static List<SequenceRange> Outside(IntervalText covered, SequenceRange range)
    {
        var gaps = new List<SequenceRange>();
        var next = range.From;
        foreach (var part in covered.Text.AsSpan().Split(','))
        {
            var text = covered.Text.AsSpan(part);
            if (text.IsEmpty)
            {
                continue;
            }

            var (low, high) = Parse(text);
            if (high < next)
            {
                continue;
            }

            if (low > range.To)
            {
                break;
            }

            if (low > next)
            {
                gaps.Add(new SequenceRange(next, low - 1));
            }

            if (high == long.MaxValue)
            {
                return gaps;
            }

            next = high + 1;
        }

        if (next <= range.To)
        {
            gaps.Add(new SequenceRange(next, range.To));
        }

        return gaps;
    }

    private static (long Low, long High) Parse(ReadOnlySpan<char> text)
    {
        var dash = text.IndexOf('-');
        return dash < 0
            ? (Number(text), Number(text))
            : (Number(text[..dash]), Number(text[(dash + 1)..]));
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
