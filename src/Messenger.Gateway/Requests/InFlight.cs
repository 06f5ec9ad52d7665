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

    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private InFlightRequest? _first;
    private InFlightRequest? _last;
    private int _count;
    private int _leftBehind;
    private long _bytes;

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _count == 0;
            }
        }
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>While memory is short a connection that has large requests in it is not read on: that is kinder than to close it.</summary>
    private bool IsFull => _count >= maxCount || _bytes >= maxBytes || _leftBehind >= maxCount || (_bytes >= Large && budget.IsShort);

    public void Enter(InFlightRequest pending)
    {
        lock (_gate)
        {
            _count++;
            _bytes += pending.Size;
            pending.Earlier = _last;
            if (_last is null)
            {
                _first = pending;
            }
            else
            {
                _last.Later = pending;
            }

            _last = pending;
        }

        if (pending.Size > SmallBuffers.Uncounted)
        {
            budget.Reserve(pending.Size);
        }
    }

    /// <summary>True when none is left.</summary>
    /// <param name="behind">Its call has not ended: <see cref="Settle"/> follows when it has.</param>
    public bool Leave(InFlightRequest pending, bool behind = false)
    {
        if (pending.Size > SmallBuffers.Uncounted)
        {
            budget.Release(pending.Size);
        }

        lock (_gate)
        {
            _count--;
            _bytes -= pending.Size;
            _leftBehind += behind ? 1 : 0;
            Unlink(pending);
            if (!behind)
            {
                // Whoever is left behind is as much under way as before: amid the answers of a full connection it would let one more request in.
                MakeRoom();
            }

            return _count == 0;
        }
    }

    /// <summary>The call of a request that was answered before has ended.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            _leftBehind--;
            MakeRoom();
        }
    }

    /// <summary>The one that came first, when it is due by now: each is given once. Who came first is due first, but for a login, behind which none is read.</summary>
    public InFlightRequest? TakeOverdue(long now)
    {
        lock (_gate)
        {
            if (_first is not { } overdue || overdue.Due > now)
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
        lock (_gate)
        {
            return _room is null && !IsFull
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void MakeRoom()
    {
        if (_room is not null && _count <= maxCount / 2 && _bytes <= maxBytes / 2 && _leftBehind <= maxCount / 2)
        {
            _room.TrySetResult();
            _room = null;
        }
    }

    /// <summary>Nothing for one that is out already.</summary>
    private void Unlink(InFlightRequest pending)
    {
        if (pending.Earlier is null && !ReferenceEquals(_first, pending))
        {
            return;
        }

        if (pending.Earlier is { } earlier)
        {
            earlier.Later = pending.Later;
        }
        else
        {
            _first = pending.Later;
        }

        if (pending.Later is { } later)
        {
            later.Earlier = pending.Earlier;
        }
        else
        {
            _last = pending.Earlier;
        }

        pending.Earlier = pending.Later = null;
    }
}
