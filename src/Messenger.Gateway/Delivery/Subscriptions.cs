using System.Collections.Concurrent;
using Messenger.Grains.Delivery;
using Messenger.Grains;
using Messenger.Grains.Devices;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Gateway.Delivery;

/// <summary>The sessions of this gateway that a device belongs to, by the number that their events carry.</summary>
public sealed class Subscriptions
{
    private readonly ConcurrentDictionary<long, Subscription> sessions = new();
    private readonly IGrainFactory grains;
    private long last;

    public Subscriptions(IGrainFactory grains, ILocalSiloDetails silo, TimeProvider time, ILogger<Subscriptions> log)
    {
        this.grains = grains;
        Gateway = silo.SiloAddress;
        Time = time;
        Log = log;

        // Two gateways, or one before and after a restart, must not give one device the same number.
        last = Random.Shared.NextInt64(1, int.MaxValue) << 31;
    }

    /// <summary>How many sessions there are.</summary>
    public int Count => sessions.Count;

    internal SiloAddress Gateway { get; }

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    internal IEnumerable<Subscription> All => sessions.Select(entry => entry.Value);

    /// <summary>Takes a session in; nothing flows before it is connected and begun.</summary>
    /// <param name="device">A <see cref="DeviceKeys"/> key, authenticated.</param>
    public Subscription Attach(string device, ISessionOutlet outlet)
    {
        var session = Interlocked.Increment(ref last);
        var subscription = new Subscription(this, session, grains.Device(device), outlet);
        sessions[session] = subscription;
        return subscription;
    }

    internal Subscription? Find(long session) => sessions.GetValueOrDefault(session);

    internal bool Remove(Subscription subscription) => sessions.TryRemove(subscription.Session, out _);

    /// <summary>What one session gets of these goes out in one write: in a busy group that is a dozen notices.</summary>
    internal void Receive(GatewayEvent[] events)
    {
        var waiting = new List<Subscription>();
        foreach (ref readonly var hint in events.AsSpan())
        {
            if (Find(hint.Session) is { } subscription && subscription.Receive(hint))
            {
                waiting.Add(subscription);
            }
        }

        foreach (var subscription in waiting)
        {
            subscription.Flush();
        }
    }
}
