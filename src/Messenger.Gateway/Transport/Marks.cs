using System.Buffers;
using System.Diagnostics;

namespace Messenger.Gateway.Transport;

/// <summary>What is to be told when a batch of an outbox is written: the notifications in it whose time, or whose trace, somebody wants.</summary>
/// <remarks>Nobody wants either: it holds nothing and costs nothing. Guarded by the outbox's lock.</remarks>
internal struct Marks
{
    /// <summary>A batch of a few.</summary>
    private const int First = 8;

    private (long Committed, Activity? Span)[]? items;
    private int count;

    /// <param name="committed">Milliseconds since the Unix epoch; 0 when unknown.</param>
    /// <param name="span">Ends when it is written.</param>
    public void Add(long committed, Activity? span)
    {
        if (span is null && (committed == 0 || !DeliveryMeter.TimesWrites))
        {
            return;
        }

        if (items is null)
        {
            items = ArrayPool<(long, Activity?)>.Shared.Rent(First);
        }
        else if (count == items.Length)
        {
            var larger = ArrayPool<(long, Activity?)>.Shared.Rent(count * 2);
            items.CopyTo(larger, 0);
            ArrayPool<(long, Activity?)>.Shared.Return(items, clearArray: true);
            items = larger;
        }

        items[count++] = (committed, span);
    }

    /// <summary>All of them are written.</summary>
    public void Written(TimeProvider time)
    {
        if (items is null)
        {
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (committed, _) in items.AsSpan(0, count))
        {
            if (committed != 0)
            {
                DeliveryMeter.Written(committed, now);
            }
        }

        Drop(null);
    }

    /// <summary>None of them will be.</summary>
    public void Drop() => Drop("not written");

    private void Drop(string? why)
    {
        if (items is null)
        {
            return;
        }

        foreach (var (_, span) in items.AsSpan(0, count))
        {
            if (why is not null)
            {
                span?.SetStatus(ActivityStatusCode.Error, why);
            }

            span?.Stop();
        }

        ArrayPool<(long, Activity?)>.Shared.Return(items, clearArray: true);
        (items, count) = (null, 0);
    }
}
