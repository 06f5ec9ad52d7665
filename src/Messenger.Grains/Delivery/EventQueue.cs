using System.Diagnostics.CodeAnalysis;
using Messenger.Contracts;

namespace Messenger.Grains.Delivery;

/// <summary>A queue of events with one reader, bounded by events and bytes; the reader takes many at once.</summary>
/// <param name="most">Events that may wait.</param>
internal sealed class EventQueue(int most)
{
    private readonly Lock _gate = new();
    private readonly Queue<GatewayEvent> _events = new();
    private long _bytes;
    private bool _completed;
    private TaskCompletionSource? _arrival;
    private readonly Queue<(int Weight, TaskCompletionSource Relief)> _held = new();

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _events.Count == 0;
            }
        }
    }

    /// <summary>Whether somebody who asks for <see cref="Relief"/> now has to wait for it.</summary>
    public bool IsCrowded
    {
        get
        {
            lock (_gate)
            {
                return !_completed && (_held.Count > 0 || _events.Count >= GatewayStreamBounds.Crowded);
            }
        }
    }

    /// <summary>Takes one event; false when it is full or completed.</summary>
    public bool TryAdd(in GatewayEvent hint)
    {
        TaskCompletionSource? wake;
        lock (_gate)
        {
            if (_completed || Full)
            {
                return false;
            }

            Add(hint);
            wake = Take(ref _arrival);
        }

        wake?.SetResult();
        return true;
    }

    /// <summary>The next events, at most so many and up to the bytes of a push; null when there are none now.</summary>
    public GatewayEvent[]? TryTake(int atMost = GatewayStreamBounds.PushEvents)
    {
        GatewayEvent[] taken;
        List<TaskCompletionSource>? relieved;
        lock (_gate)
        {
            if (_events.Count == 0)
            {
                return null;
            }

            var count = 0;
            var weight = 0L;
            foreach (var hint in _events)
            {
                if (count == atMost || weight >= GatewayStreamBounds.PushBytes)
                {
                    break;
                }

                count++;
                weight += GatewayStreamBounds.Weight(hint);
            }

            taken = new GatewayEvent[count];
            for (var i = 0; i < count; i++)
            {
                taken[i] = _events.Dequeue();
            }

            _bytes -= weight;
            relieved = Relieved(_events.Count == 0 ? int.MaxValue : GatewayStreamBounds.Crowded - _events.Count);
        }

        relieved?.ForEach(one => one.SetResult());
        return taken;
    }

    /// <summary>Completes when there may be events, or when the queue is completed. For the one reader.</summary>
    public Task Arrival()
    {
        lock (_gate)
        {
            return _events.Count > 0 || _completed ? Task.CompletedTask : (_arrival ??= New()).Task;
        }
    }

    /// <summary>
    /// Completes when the queue is not crowded: at once, or when there is room again for this one and all that were held back before it.
    /// One after another, since all at once would crowd it more than before.
    /// </summary>
    /// <param name="weight">About how many events come next from whoever asks.</param>
    public Task Relief(int weight)
    {
        lock (_gate)
        {
            if (!IsCrowded)
            {
                return Task.CompletedTask;
            }

            var relief = New();
            _held.Enqueue((weight, relief));
            return relief.Task;
        }
    }

    /// <summary>Forgets what is queued and says how much it was.</summary>
    public int Clear()
    {
        List<TaskCompletionSource>? relieved;
        int count;
        lock (_gate)
        {
            count = _events.Count;
            _events.Clear();
            _bytes = 0;
            relieved = Relieved(int.MaxValue);
        }

        relieved?.ForEach(one => one.SetResult());
        return count;
    }

    /// <summary>Nothing is taken any more.</summary>
    public void Complete()
    {
        TaskCompletionSource? reader;
        List<TaskCompletionSource>? relieved;
        lock (_gate)
        {
            _completed = true;
            reader = Take(ref _arrival);
            relieved = Relieved(int.MaxValue);
        }

        reader?.SetResult();
        relieved?.ForEach(one => one.SetResult());
    }

    private bool Full => _events.Count >= most || _bytes >= GatewayStreamBounds.QueuedBytes;

    /// <summary>Under the lock: those who may go on.</summary>
    private List<TaskCompletionSource>? Relieved(int room)
    {
        List<TaskCompletionSource>? relieved = null;
        while (room > 0 && _held.TryDequeue(out var next))
        {
            room -= next.Weight;
            (relieved ??= []).Add(next.Relief);
        }

        return relieved;
    }

    private void Add(in GatewayEvent hint)
    {
        _events.Enqueue(hint);
        _bytes += GatewayStreamBounds.Weight(hint);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [return: NotNullIfNotNull(nameof(source))]
    private static TaskCompletionSource? Take(ref TaskCompletionSource? source)
    {
        var taken = source;
        source = null;
        return taken;
    }
}
