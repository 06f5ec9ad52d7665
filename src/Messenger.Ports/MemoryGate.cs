namespace Messenger.Ports;

/// <summary>
/// A budget that is waited for: who does not fit waits for those before it, first come, first served. For work that is short and gives all back
/// at its end, where to refuse is worse than to wait a moment.
/// </summary>
/// <remarks>Any thread. How many may wait is bounded by their callers: each is a request that is counted elsewhere.</remarks>
public sealed class MemoryGate(MemoryBudget budget, TimeProvider timeProvider)
{
    private readonly Queue<Waiter> _waiting = [];
    private readonly Lock _gate = new();

    public MemoryBudget Budget => budget;

    /// <summary>True: the caller has the bytes, and calls <see cref="Leave"/> with the same figure. False, and counted: its turn did not come in time.</summary>
    /// <param name="bytes">More than the whole budget is admitted as the whole budget: alone.</param>
    /// <param name="timeout">How long it may wait.</param>
    public async ValueTask<bool> TryEnter(long bytes, TimeSpan timeout)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (!IsAnyoneWaiting() && budget.TryReserve(Fitting(bytes)))
            {
                return true;
            }

            _waiting.Enqueue(waiter = new Waiter(Fitting(bytes)));
        }

        await using var timer = timeProvider.CreateTimer(state => ((Waiter)state!).Turn.TrySetResult(false), waiter, timeout, Timeout.InfiniteTimeSpan);
        if (await waiter.Turn.Task)
        {
            return true;
        }

        budget.CountShed();
        return false;
    }

    /// <summary>Gives back what <see cref="TryEnter"/> gave, and lets in who fits now.</summary>
    public void Leave(long bytes)
    {
        lock (_gate)
        {
            budget.Release(Fitting(bytes));
            while (IsAnyoneWaiting() && budget.TryReserve(_waiting.Peek().Bytes))
            {
                // Its time may run out just now: then nobody has what was reserved.
                if (_waiting.Dequeue() is var next && !next.Turn.TrySetResult(true))
                {
                    budget.Release(next.Bytes);
                }
            }
        }
    }

    private long Fitting(long bytes) => Math.Min(bytes, budget.Limit);

    /// <summary>Drops those at the head who gave up.</summary>
    private bool IsAnyoneWaiting()
    {
        while (_waiting.TryPeek(out var first))
        {
            if (!first.Turn.Task.IsCompleted)
            {
                return true;
            }

            _waiting.Dequeue();
        }

        return false;
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
