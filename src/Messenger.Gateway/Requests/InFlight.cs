using Messenger.Gateway.Transport;
using Messenger.Ports;

namespace Messenger.Gateway.Requests;

/// <summary>
/// The requests of one connection that have no answer, in the order they came, and their bytes: the bound at which its socket is not read any more.
/// </summary>
/// <remarks>
/// A call whose request was answered at its deadline is left behind until it ends. These count besides, up to the same number: so a client
/// that goes on sending to a worker that hangs has at most twice as much under way.
/// </remarks>
internal sealed class InFlight(int maxCount, int maxBytes, MemoryBudget budget)
{
    private const int Large = 64 * 1024;

    private readonly Lock gate = new();
    private TaskCompletionSource? room;
    private Pending? first;
    private Pending? last;
    private int count;
    private int leftBehind;
    private long bytes;

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return count == 0;
            }
        }
    }

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>While memory is short a connection that has large requests in it is not read on: that is kinder than to close it.</summary>
    private bool IsFull => count >= maxCount || bytes >= maxBytes || leftBehind >= maxCount || (bytes >= Large && budget.IsShort);

    public void Enter(Pending pending)
    {
        lock (gate)
        {
            count++;
            bytes += pending.Size;
            pending.Earlier = last;
            if (last is null)
            {
                first = pending;
            }
            else
            {
                last.Later = pending;
            }

            last = pending;
        }

        if (pending.Size > SmallBuffers.Uncounted)
        {
            budget.Reserve(pending.Size);
        }
    }

    /// <summary>True when none is left.</summary>
    /// <param name="behind">Its call has not ended: <see cref="Settle"/> follows when it has.</param>
    public bool Leave(Pending pending, bool behind = false)
    {
        if (pending.Size > SmallBuffers.Uncounted)
        {
            budget.Release(pending.Size);
        }

        lock (gate)
        {
            count--;
            bytes -= pending.Size;
            leftBehind += behind ? 1 : 0;
            Unlink(pending);
            MakeRoom();
            return count == 0;
        }
    }

    /// <summary>The call of a request that was answered before has ended.</summary>
    public void Settle()
    {
        lock (gate)
        {
            leftBehind--;
            MakeRoom();
        }
    }

    /// <summary>The one that came first, when it is due by now: each is given once. Who came first is due first, but for a login, behind which none is read.</summary>
    public Pending? TakeOverdue(long now)
    {
        lock (gate)
        {
            if (first is not { } overdue || overdue.Due > now)
            {
                return null;
            }

            Unlink(overdue);
            return overdue;
        }
    }

    /// <summary>Completes when there is room. Once it was full, half of it must be free: then requests come in batches again, not one by one.</summary>
    public Task Room()
    {
        lock (gate)
        {
            return room is null && !IsFull
                ? Task.CompletedTask
                : (room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void MakeRoom()
    {
        if (room is not null && count <= maxCount / 2 && bytes <= maxBytes / 2 && leftBehind <= maxCount / 2)
        {
            room.TrySetResult();
            room = null;
        }
    }

    /// <summary>Nothing for one that is out already.</summary>
    private void Unlink(Pending pending)
    {
        if (pending.Earlier is null && !ReferenceEquals(first, pending))
        {
            return;
        }

        if (pending.Earlier is { } earlier)
        {
            earlier.Later = pending.Later;
        }
        else
        {
            first = pending.Later;
        }

        if (pending.Later is { } later)
        {
            later.Earlier = pending.Earlier;
        }
        else
        {
            last = pending.Earlier;
        }

        pending.Earlier = pending.Later = null;
    }
}
