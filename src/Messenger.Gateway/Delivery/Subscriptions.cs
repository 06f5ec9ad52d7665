using System.Collections.Concurrent;
using Messenger.Contracts;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Gateway.Delivery;

/// <summary>The sessions of this gateway that a device belongs to, by the number that their events carry.</summary>
public sealed class Subscriptions
{
    /// <summary>Events after which what was received goes out, whatever follows: some milliseconds of a busy stream.</summary>
    private const int MaxBatch = 2048;

    private readonly ConcurrentDictionary<long, Subscription> _sessions = new();

    /// <summary>Who has received something that has not gone out yet, of so many events.</summary>
    private readonly List<Subscription> _waiting = [];
    private int _received;
    private readonly IGrainFactory _grains;
    private long _last;

    /// <param name="background">Where gaps are fetched; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
    /// <param name="chance">What session numbers begin with; null: chance.</param>
    public Subscriptions(
        IGrainFactory grains, ILocalSiloDetails silo, TimeProvider timeProvider, ILogger<Subscriptions> logger, TaskScheduler? background = null, Random? chance = null)
    {
        _grains = grains;
        Gateway = silo.SiloAddress;
        Time = timeProvider;
        Log = logger;
        Background = background ?? TaskScheduler.Default;

        // Two gateways, or one before and after a restart, must not give one device the same number.
        _last = (chance ?? Random.Shared).NextInt64(1, int.MaxValue) << 31;
    }

    /// <summary>How many sessions there are.</summary>
    public int Count => _sessions.Count;

    internal SiloAddress Gateway { get; }

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    internal TaskScheduler Background { get; }

    internal IEnumerable<Subscription> All => _sessions.Select(entry => entry.Value);

    /// <summary>Takes a session in; nothing flows before it is connected and begun.</summary>
    /// <param name="device">A <see cref="DeviceKeys"/> key, authenticated.</param>
    public Subscription Attach(string device, ISessionOutlet outlet)
    {
        var session = Interlocked.Increment(ref _last);
        var subscription = new Subscription(this, session, _grains.Device(device), outlet);
        _sessions[session] = subscription;
        return subscription;
    }

    internal Subscription? Find(long session) => _sessions.GetValueOrDefault(session);

    internal bool Remove(Subscription subscription) => _sessions.TryRemove(subscription.Session, out _);

    /// <summary>
    /// What one session gets of these, and of those that follow at once, goes out in one write: in a busy group that is a dozen notifications.
    /// </summary>
    internal void Receive(GatewayBatch batch)
    {
        // One batch after another; but while the gateway subscribes anew there may be two listeners.
        lock (_waiting)
        {
            foreach (ref readonly var hint in batch.Events.AsSpan())
            {
                if (Find(hint.Session) is { } subscription && subscription.Receive(hint))
                {
                    _waiting.Add(subscription);
                }
            }

            _received += batch.Events.Length;
            if (batch.More && _received < MaxBatch)
            {
                return;
            }

            FlushBatch.Queue(_waiting);
            _waiting.Clear();
            _received = 0;
        }
    }
}
