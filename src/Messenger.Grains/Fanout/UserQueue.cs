using System.Diagnostics;
using Messenger.Contracts;
using Messenger.Ports.Flow;

namespace Messenger.Grains.Fanout;

/// <summary>What waits for one person: one call in flight, and what queued meanwhile goes in the next.</summary>
/// <remarks>Lives on the scheduler of the grain that owns it: no locks.</remarks>
internal sealed class UserQueue(FanoutQueue owner, string user)
{
    /// <summary>Notifications that may wait in one queue; past that its person is told to resynchronise instead.</summary>
    private const int QueueBound = 1024;

    /// <summary>
    /// Notifications waiting in a queue from which on writers are held back. What waits is how late its person is: in a group of 200 flat out 256 made the
    /// last one .3 to .6 s late where 64 makes it .1 to .17 s, at about the same rate; 32 was slower in both of two pairs.
    /// </summary>
    private const int Crowded = 64;

    /// <summary>
    /// Notifications for all people that go out at once, one call to each: a burst into a large group must not overrun the queue to a gateway, which
    /// holds it back from the second call on (<see cref="Contracts.IGatewayStreams.Room"/>).
    /// </summary>
    private const int Wave = 8192;

    /// <summary>Notifications in one call: past this a call is only later.</summary>
    private const int MaxBatch = 64;

    /// <summary>
    /// Between tries of a resync, and of what could not be delivered yet: silos and stores come back within seconds.
    /// </summary>
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));

    private readonly Queue<QueuedDelivery> _waiting = [];
    private readonly List<DeliveryTracker> _owed = [];
    private int _count;

    /// <summary>How many notifications of the delivery that waits longest were sent already.</summary>
    private int _begun;
    private bool _resyncRequired;
    private bool _running;

    public void Add(QueuedDelivery delivery)
    {
        _waiting.Enqueue(delivery);
        _count += delivery.Notifications.Length;
        if (_count > QueueBound)
        {
            RequireResyncInstead();
        }
        else if (_count > Crowded)
        {
            owner.SetCrowded(this, true);
        }

        Start();
    }

    public void RequireResync(DeliveryTracker tracker)
    {
        _owed.Add(tracker);
        RequireResyncInstead();
        Start();
    }

    private void Start()
    {
        if (!_running)
        {
            _running = true;

            // Owned by the queue, which is owned by the grain: it ends by itself, and never throws.
            _ = Run();
        }
    }

    private async Task Run()
    {
        var pause = Pauses.First;
        while (!owner.IsStopped && (_resyncRequired || _waiting.Count > 0))
        {
            if (!owner.MayTell)
            {
                // Who stood still may have been taken over from. Either it is told so now, and ends, or what waits goes on in its order.
                owner.StayAlive();
                await Task.Delay(Pauses.First, owner.Clock);
                continue;
            }

            try
            {
                if (_resyncRequired)
                {
                    _resyncRequired = false;
                    var told = _owed.Count;
                    await owner.Grain(user).RequireResync();
                    Settle(told);
                }
                else
                {
                    await DeliverWaiting();
                }

                pause = Pauses.First;
            }
            catch (Exception fault)
            {
                // Whatever it was, the notifications may or may not have arrived: require a resync rather than repeat them.
                Log.DeliveryFailed(owner.Logger, fault.GetType().Name);
                RequireResyncInstead();
                owner.StayAlive();
                await Task.Delay(pause, owner.Clock);
                pause = Pauses.Next(pause);
            }

            owner.Progressed();
        }

        _running = false;
        owner.Ended(user);
    }

    private async Task DeliverWaiting()
    {
        var first = _waiting.Peek();
        using var step = Traces.FanOut(first.Cause);
        var notifications = Take(first, step);
        _count -= notifications.Length;
        if (_count <= Crowded)
        {
            owner.SetCrowded(this, false);
        }

        var told = _owed.Count;
        for (var pause = Pauses.First; ; pause = Pauses.Next(pause))
        {
            switch (await owner.Deliver(new DeliveryRequest(user, owner.Conversation, first.Term, notifications, first.Except), traced: step is not null))
            {
                case DeliveryResult.Delivered:
                    Settle(told);
                    return;
                case DeliveryResult.StaleTerm:
                    // Another activation has told of what came after this: it would be out of order now.
                    RequireResyncInstead();
                    return;
            }

            owner.StayAlive();
            await Task.Delay(pause, owner.Clock);
            if (_resyncRequired || owner.IsStopped)
            {
                // A resync stands for all of it by now; or it is left to the next activation.
                return;
            }

            if (_count > Crowded || pause == Pauses.Longest)
            {
                // Writers wait for this queue, or it has waited long enough: its person is told to resynchronise after all.
                RequireResyncInstead();
                return;
            }
        }
    }

    /// <summary>What goes in the next call; the trackers that end with it are owed from here on.</summary>
    private SerializedNotification[] Take(QueuedDelivery first, Activity? step)
    {
        var most = Math.Clamp(Wave / owner.Queues, 1, MaxBatch);
        if (_begun == 0 && first.Notifications.Length <= most && _waiting.Count == 1)
        {
            _owed.Add(_waiting.Dequeue().Tracker);
            return first.Notifications;
        }

        var taken = new List<SerializedNotification>();
        while (taken.Count < most && _waiting.TryPeek(out var next) && next.GoesWith(first))
        {
            var rest = next.Notifications.AsSpan(_begun);
            var fits = rest[..Math.Min(rest.Length, most - taken.Count)];
            if (taken.Count > 0)
            {
                Traces.Joins(step, next.Cause);
            }

            taken.AddRange(fits);
            _begun += fits.Length;
            if (_begun == next.Notifications.Length)
            {
                _owed.Add(_waiting.Dequeue().Tracker);
                _begun = 0;
            }
        }

        return [.. taken];
    }

    /// <summary>Everything that waits is replaced by one resync.</summary>
    private void RequireResyncInstead()
    {
        _begun = 0;
        while (_waiting.TryDequeue(out var delivery))
        {
            _owed.Add(delivery.Tracker);
        }

        _count = 0;
        _resyncRequired = true;
        owner.SetCrowded(this, false);
    }

    private void Settle(int count)
    {
        foreach (var tracker in _owed.Take(count))
        {
            tracker.Done();
        }

        _owed.RemoveRange(0, count);
    }
}

/// <summary>What one person gets at once, and who counts it.</summary>
internal readonly record struct QueuedDelivery(SerializedNotification[] Notifications, string? Except, long Term, DeliveryTracker Tracker, Activity? Cause)
{
    public bool GoesWith(QueuedDelivery other) => other.Except == Except && other.Term == Term;
}

/// <summary>Counts the people an entry of the log still has to reach.</summary>
internal sealed class DeliveryTracker(Action settled)
{
    private int _left = 1;

    public void Add() => _left++;

    public void Done()
    {
        if (--_left == 0)
        {
            settled();
        }
    }
}
