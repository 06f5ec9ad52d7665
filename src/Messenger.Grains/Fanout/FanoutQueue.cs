using System.Diagnostics;
using Messenger.Contracts;
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
    private readonly Dictionary<string, UserQueue> _queues = new(StringComparer.Ordinal);
    private readonly HashSet<UserQueue> _crowded = [];
    private readonly HashSet<TaskCompletionSource> _doubts = [];

    /// <summary>What runs when deliveries that belong to no entry are over.</summary>
    private readonly HashSet<Action> _unsettled = [];
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

    /// <summary>Sends each person what belongs to no entry of the log.</summary>
    /// <param name="over">Runs once, when each has it, or is told to resynchronise instead, or this fan-out was stopped.</param>
    public void SendUnsettled(IEnumerable<(string User, SerializedNotification[] Notifications)> deliveries, Action over)
    {
        if (IsStopped)
        {
            over();
            return;
        }

        _unsettled.Add(over);
        Send(deliveries, except: null, new DeliveryTracker(() =>
        {
            if (_unsettled.Remove(over))
            {
                over();
            }
        }));
    }

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
            if (cause is null && !IsStopped && !_queues.ContainsKey(user) && locals.TryDeliver(new DeliveryRequest(user, conversation, Term, notifications, but)))
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

    /// <summary>Nothing more is sent, see <see cref="Stop"/>.</summary>
    internal bool IsStopped { get; private set; }

    /// <summary>People who have something waiting.</summary>
    internal int Queues => _queues.Count;

    internal Guid Conversation => conversation;

    internal ILogger Logger => logger;

    internal TimeProvider Clock => timeProvider;

    internal bool MayTell => locals.MayTell;

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
        if (IsStopped)
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
        IsStopped = true;
        foreach (var told in _doubts)
        {
            told.TrySetCanceled();
        }

        foreach (var over in _unsettled)
        {
            over();
        }

        _unsettled.Clear();
    }

    private UserQueue QueueOf(string user)
    {
        if (!_queues.TryGetValue(user, out var lane))
        {
            _queues[user] = lane = new UserQueue(this, user);
        }

        return lane;
    }

    /// <summary>The short ways first. What is traced goes by calls, which the trace shows.</summary>
    internal async ValueTask<DeliveryResult> Deliver(DeliveryRequest one, bool traced) =>
        !traced && (locals.TryDeliver(one) || await relays.Deliver(one))
            ? DeliveryResult.Delivered
            : await relays.Call(Grain(one.UserId), one);

    internal void StayAlive() => stayAlive();

    internal IUserGrain Grain(string user) => grains.User(user);

    /// <summary>Writers wait while there is one.</summary>
    internal void SetCrowded(UserQueue queue, bool isCrowded)
    {
        if (isCrowded)
        {
            _crowded.Add(queue);
        }
        else
        {
            _crowded.Remove(queue);
        }
    }

    /// <summary>One of the queues got on; who waits for room or for the end looks again.</summary>
    internal void Progressed()
    {
        var done = _progress;
        _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
        done.TrySetResult();
    }

    /// <summary>Nothing waits for this person any more.</summary>
    internal void Ended(string user)
    {
        _queues.Remove(user);
        Progressed();
    }
}
