using System.Collections.Concurrent;
using Messenger.Contracts;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>
/// A connection of a device that is active on this silo: written by its grain (number) and by the lease service (renewals),
/// read by both from their own threads.
/// </summary>
internal sealed class LeaseSlot(Connection connection, long epoch, long number, long confirmed, long renewedAt)
{
    private long _number = number;
    private long _confirmed = confirmed;
    private long _renewedAt = renewedAt;

    public Connection Connection { get; } = connection;

    /// <summary>A new epoch is a new slot.</summary>
    public long Epoch { get; } = epoch;

    /// <summary>The inbox's newest number.</summary>
    public long Number
    {
        get => Volatile.Read(ref _number);
        set => Volatile.Write(ref _number, value);
    }

    /// <summary>The newest number that the gateway said it has.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>A timestamp of the silo's <see cref="TimeProvider"/>.</summary>
    public long RenewedAt => Volatile.Read(ref _renewedAt);

    public void Renew(long gatewayNumber, long timestamp)
    {
        Volatile.Write(ref _confirmed, gatewayNumber);
        Volatile.Write(ref _renewedAt, timestamp);
    }
}

/// <summary>The connections whose devices are active on this silo: what makes a lease a look-up and not a grain call.</summary>
internal sealed class LeaseRegistry
{
    private readonly ConcurrentDictionary<Connection, LeaseSlot> _slots = new();

    public void Put(LeaseSlot slot) => _slots[slot.Connection] = slot;

    /// <summary>Removes this very slot, never one that took its place.</summary>
    public void Remove(LeaseSlot slot) => _slots.TryRemove(KeyValuePair.Create(slot.Connection, slot));

    /// <summary>As <see cref="IDeviceLeases.Renew"/>.</summary>
    public LeaseReport Renew(SiloAddress gateway, LeaseClaim[] claims, long now)
    {
        List<LeaseClaim>? different = null;
        List<long>? unknown = null;
        foreach (var claim in claims)
        {
            if (Find(gateway, claim.Session) is not { } slot)
            {
                (unknown ??= []).Add(claim.Session);
                continue;
            }

            var number = slot.Number;
            slot.Renew(slot.Epoch == claim.Epoch ? claim.Number : 0, now);
            if (slot.Epoch != claim.Epoch || number > claim.Number)
            {
                (different ??= []).Add(new LeaseClaim(claim.Session, slot.Epoch, number));
            }
        }

        return different is null && unknown is null ? Nothing : new LeaseReport([.. different ?? []], [.. unknown ?? []]);
    }

    private static readonly LeaseReport Nothing = new([], []);

    public LeaseSlot? Find(SiloAddress gateway, long session) => _slots.GetValueOrDefault(new Connection(gateway, session));
}
