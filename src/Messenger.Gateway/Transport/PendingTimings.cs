using System.Buffers;
using System.Diagnostics;

namespace Messenger.Gateway.Transport;

/// <summary>What is to be told when a batch of an outbox is written: the notifications in it whose time, or whose trace, somebody wants.</summary>
/// <remarks>Nobody wants either: it holds nothing and costs nothing. Guarded by the outbox's lock.</remarks>
internal struct PendingTimings
{
    /// <summary>A batch of a few.</summary>
    private const int First = 8;

    private (long Committed, Activity? Span)[]? _items;
    private int _count;

    /// <param name="committed">Milliseconds since the Unix epoch; 0 when unknown.</param>
    /// <param name="span">Ends when it is written.</param>
    public void Add(long committed, Activity? span)
    {
        if (span is null && (committed == 0 || !DeliveryMeter.TimesWrites))
        {
            return;
        }

        if (_items is null)
        {
            _items = ArrayPool<(long, Activity?)>.Shared.Rent(First);
        }
        else if (_count == _items.Length)
        {
            var larger = ArrayPool<(long, Activity?)>.Shared.Rent(_count * 2);
            _items.CopyTo(larger, 0);
            ArrayPool<(long, Activity?)>.Shared.Return(_items, clearArray: true);
            _items = larger;
        }

        _items[_count++] = (committed, span);
    }

    /// <summary>All of them are written.</summary>
    public void Written(TimeProvider timeProvider)
    {
        if (_items is null)
        {
            return;
        }

        var now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (committed, _) in _items.AsSpan(0, _count))
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
        if (_items is null)
        {
            return;
        }

        foreach (var (_, span) in _items.AsSpan(0, _count))
        {
            if (why is not null)
            {
                span?.SetStatus(ActivityStatusCode.Error, why);
            }

            span?.Stop();
        }

        ArrayPool<(long, Activity?)>.Shared.Return(_items, clearArray: true);
        (_items, _count) = (null, 0);
    }
}
