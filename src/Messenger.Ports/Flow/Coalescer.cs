namespace Messenger.Ports.Flow;

/// <summary>
/// Does many small things in few calls: while as many calls as may be are under way, what is asked for waits, and goes together in the next.
/// </summary>
/// <remarks>
/// Any thread. At rest it has no task. What waits is bounded by those who ask, since each awaits its result. A call begins after what it does was
/// asked for, so it sees what its caller wrote before. A call that fails, fails what was in it and nothing else.
/// </remarks>
/// <param name="call">One result for each item, in their order.</param>
public sealed class Coalescer<TItem, TResult>(Func<TItem[], Task<TResult[]>> call, CoalescerBounds bounds)
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = new();
    private int _running;

    /// <summary>Completes with what the call gave for it.</summary>
    /// <param name="weight">What it counts for against <see cref="CoalescerBounds.MaxWeight"/>.</param>
    public Task<TResult> Do(TItem item, int weight = 0)
    {
        var entry = new Entry(item, weight);
        lock (_gate)
        {
            _waiting.Enqueue(entry);
            if (_running == bounds.MaxConcurrency)
            {
                return entry.Task;
            }

            _running++;
        }

        // Not from here: whoever asks may be in a turn of its grain, which must not carry what others ask; nor in its context.
        if (bounds.Background is { } scheduler)
        {
            _ = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.Run(), this, preferLocal: true);
        }

        return entry.Task;
    }

    /// <summary>Calls until nothing waits. Every failure goes to those who wait for it.</summary>
    private async Task Run()
    {
        while (Take() is { Length: > 0 } batch)
        {
            try
            {
                var results = await call(Array.ConvertAll(batch, entry => entry.Item));
                if (results.Length != batch.Length)
                {
                    throw new InvalidOperationException($"{results.Length} results for {batch.Length} items");
                }

                for (var i = 0; i < batch.Length; i++)
                {
                    batch[i].SetResult(results[i]);
                }
            }
#pragma warning disable CA1031 // It goes to whoever waits for it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Array.ForEach(batch, entry => entry.TrySetException(fault));
            }
        }
    }

    /// <summary>What goes in the next call; nothing, and this runner is at rest.</summary>
    private Entry[] Take()
    {
        lock (_gate)
        {
            var (count, weight) = (0, 0L);
            foreach (var entry in _waiting)
            {
                if (count == bounds.MaxBatch || weight > bounds.MaxWeight)
                {
                    break;
                }

                count++;
                weight += entry.Weight;
            }

            if (count == 0)
            {
                _running--;
                return [];
            }

            var batch = new Entry[count];
            for (var i = 0; i < count; i++)
            {
                batch[i] = _waiting.Dequeue();
            }

            return batch;
        }
    }

    private sealed class Entry(TItem item, int weight) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TItem Item => item;

        public int Weight => weight;
    }
}

/// <param name="MaxConcurrency">Calls under way at once.</param>
/// <param name="MaxBatch">Items in one call.</param>
/// <param name="MaxWeight">A call takes no more once its items weigh more than this together.</param>
/// <param name="Background">Where it calls; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
public sealed record CoalescerBounds(int MaxConcurrency, int MaxBatch, long MaxWeight = long.MaxValue, TaskScheduler? Background = null);
