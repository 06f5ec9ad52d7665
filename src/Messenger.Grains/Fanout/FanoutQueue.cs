using System.Diagnostics;
using Messenger.Contracts;
using Messenger.Ports.Flow;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Grains.Fanout;

/// <summary>
/// Brings a conversation's notifications to its people: a queue per person, one call in flight in each, so that everyone gets them in order
/// and nobody waits for anybody else. What queued meanwhile goes in the next call.
/// </summary>
/// <param name="locals">Who is on this silo: what can be handed over there at once needs neither queue nor call.</param>
/// <param name="relays">The others: what many conversations have for people on another silo goes there together.</param>
/// <param name="conversation">Whose notifications they are; empty for what belongs to none, and has no terms.</param>
/// <remarks>
/// Nothing is sent twice: a hand-over that failed is not repeated, it turns into a resync (<see cref="IUserGrain.RequireResync"/>) that is repeated
/// until it arrives. Only one that did not begin (<see cref="DeliveryResult.RetryLater"/>) is. Lives on its grain's scheduler: no locks.
/// </remarks>
internal sealed class FanoutQueue(
    Guid conversation, IGrainFactory grains, UserEndpoints locals, Relays relays, TimeProvider timeProvider, ILogger logger, Action settled, Action stayAlive)
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

    private readonly Dictionary<string, UserQueue> _queues = new(StringComparer.Ordinal);
    private readonly HashSet<UserQueue> _crowded = [];
    private bool _stopped;
    private readonly HashSet<TaskCompletionSource> _doubts = [];
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Under which term what is sent from now on was committed: a user's grain takes nothing of one that has passed.</summary>
    public long Term { get; set; }

    /// <summary>Sends the same notifications to each of the audience, and settles an entry of the log when all have them.</summary>
    /// <param name="except">The device that caused them: it has its answer.</param>
    public void Send(IEnumerable<string> audience, SerializedNotification[] notifications, Caller? except) =>
        Send(audience.Select(user => (user, notifications)), except);

    /// <summary>Sends what belongs to no entry of the log.</summary>
    public void SendUnsettled(IEnumerable<string> audience, SerializedNotification[] notifications) =>
        Send(audience.Select(user => (user, notifications)), except: null, new DeliveryTracker(static () => { }));

    /// <summary>Sends each person notifications of their own, and settles an entry of the log when all have them.</summary>
    public void Send(IEnumerable<(string User, SerializedNotification[] Notifications)> deliveries, Caller? except) =>
        Send(deliveries, except, new DeliveryTracker(settled));

    private void Send(IEnumerable<(string User, SerializedNotification[] Notifications)> deliveries, Caller? except, DeliveryTracker tracker)
    {
        HasSent = true;

        // A trace shows the calls: what is traced makes them.
        var cause = Activity.Current;
        foreach (var (user, notifications) in deliveries)
        {
            var but = except?.UserId == user ? except.Application : null;
            if (cause is null && !_stopped && !_queues.ContainsKey(user) && locals.TryDeliver(new DeliveryRequest(user, conversation, Term, notifications, but)))
            {
                continue;
            }

            tracker.Add();
            QueueOf(user).Add(new QueuedDelivery(notifications, but, Term, tracker, cause));
        }

        // Counted one too many until here, so that it cannot settle while it is being handed out.
        tracker.Done();
    }

    /// <summary>Whether anything was ever sent from here.</summary>
    public bool HasSent { get; private set; }

    /// <summary>Tells these people that something may be missing, before anything that is sent from now on.</summary>
    /// <returns>Completes when all were told; faults when this fan-out was stopped before.</returns>
    public Task RequireResync(IEnumerable<string> audience)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _doubts.Add(told);
        var tracker = new DeliveryTracker(() =>
        {
            _doubts.Remove(told);
            told.TrySetResult();
        });
        foreach (var user in audience)
        {
            tracker.Add();
            QueueOf(user).RequireResync(tracker);
        }

        tracker.Done();
        if (_stopped)
        {
            told.TrySetCanceled();
        }

        return told.Task;
    }

    /// <summary>Waits while the slowest queue is crowded: the cost of a flood is borne by who sends it.</summary>
    public async ValueTask Room()
    {
        while (_crowded.Count > 0)
        {
            await _progress.Task;
        }
    }

    /// <summary>Waits until everything was handed over, or the token ends it; what is left stays unsettled in the log.</summary>
    public async Task Drain(CancellationToken cancellation)
    {
        while (_queues.Count > 0)
        {
            await Progress().WaitAsync(cancellation);
        }
    }

    /// <summary>A time-out put on a task that runs its continuations elsewhere goes through the thread pool; on this one it does not.</summary>
    private async Task Progress() => await _progress.Task;

    /// <summary>
    /// Sends nothing more: what is left stays unsettled in the log. Its grain is about to live elsewhere, and what this one told later
    /// than that one would come out of order.
    /// </summary>
    public void Stop()
    {
        _stopped = true;
        foreach (var told in _doubts)
        {
            told.TrySetCanceled();
        }
    }

    private UserQueue QueueOf(string user)
    {
        if (!_queues.TryGetValue(user, out var lane))
        {
            _queues[user] = lane = new UserQueue(this, user);
        }

        return lane;
    }

    private void Progressed()
    {
        var done = _progress;
        _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
        done.TrySetResult();
    }

    private readonly record struct QueuedDelivery(SerializedNotification[] Notifications, string? Except, long Term, DeliveryTracker Tracker, Activity? Cause)
    {
        public bool GoesWith(QueuedDelivery other) => other.Except == Except && other.Term == Term;
    }

    /// <summary>Counts the people an entry of the log still has to reach.</summary>
    private sealed class DeliveryTracker(Action settled)
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

    private sealed class UserQueue(FanoutQueue owner, string user)
    {
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
                owner._crowded.Add(this);
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
            while (!owner._stopped && (_resyncRequired || _waiting.Count > 0))
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
            owner._queues.Remove(user);
            owner.Progressed();
        }

        private async Task DeliverWaiting()
        {
            var first = _waiting.Peek();
            using var step = Traces.FanOut(first.Cause);
            var notifications = Take(first, step);
            _count -= notifications.Length;
            if (_count <= Crowded)
            {
                owner._crowded.Remove(this);
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
                if (_resyncRequired || owner._stopped)
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
            var most = Math.Clamp(Wave / owner._queues.Count, 1, MaxBatch);
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
            owner._crowded.Remove(this);
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

    /// <summary>The short ways first. What is traced goes by calls, which the trace shows.</summary>
    private async ValueTask<DeliveryResult> Deliver(DeliveryRequest one, bool traced) =>
        !traced && (locals.TryDeliver(one) || await relays.Deliver(one))
            ? DeliveryResult.Delivered
            : await Grain(one.UserId).Deliver(one.Conversation, one.Term, one.Notifications.AsImmutable(), one.Except);

    private Guid Conversation => conversation;

    private ILogger Logger => logger;

    private TimeProvider Clock => timeProvider;

    private bool MayTell => locals.MayTell;

    private void StayAlive() => stayAlive();

    private IUserGrain Grain(string user) => grains.User(user);
}
