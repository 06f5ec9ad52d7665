using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>
/// A device's inbox and the connection it has now. Its grain's turns work on it, and so does whoever hands it notifications on the same silo
/// (<see cref="TryTake"/>): there a hand-over is no call.
/// </summary>
/// <remarks>Any thread: everything is done under one lock, and waits for nothing. What is numbered is published in the same order.</remarks>
/// <param name="isDead">Whether membership has declared a gateway dead.</param>
/// <param name="rings">Calls that ring; null where none are kept.</param>
/// <param name="pushCall">Queues a push about a call. Called from any thread, under the lock: it waits for nothing.</param>
/// <param name="inspectSooner">Somebody has to look at what is expected sooner than was said last. Called from any thread, not under the lock.</param>
internal sealed class DeviceEndpoint(
    Inbox inbox, InboxBounds bounds, IGatewayStreams gateways, LeaseRegistry leases, Predicate<SiloAddress> isDead, TimeProvider timeProvider,
    Action inspectSooner, KeptRings? rings = null, Action<CallPush>? pushCall = null)
{
    /// <summary>Three renewals may be lost before a device counts as offline.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private LeaseSlot? _connection;

    /// <summary>The newest notification worth a push that was handed to a connection and not yet confirmed by it; 0 for none.</summary>
    private long _lastWake;

    /// <summary>When somebody looks again; null for never.</summary>
    private TimeSpan? _looks;
    private bool _asked;
    private bool _closed;

    /// <summary>Whether a connection holds a lease that has not run out, on a gateway that is not known to be dead.</summary>
    public bool Online => Volatile.Read(ref _connection) is { } held && IsOnline(held);

    /// <summary>Whether its grain has left: another one may take its place.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Numbers these notifications and publishes them, as <see cref="IDeviceGrain.Deliver"/> does. False, and nothing happened: the device is offline, or
    /// its gateway crowded, or its grain is leaving; then it is the grain's matter.
    /// </summary>
    public bool TryTake(ReadOnlySpan<SerializedNotification> notifications)
    {
        bool sooner;
        lock (_gate)
        {
            if (_closed || _connection is not { } held || !IsOnline(held) || gateways.IsCrowded(held.Connection.Gateway))
            {
                return false;
            }

            Number(notifications, online: true);
            sooner = !_asked && Expects() is { } due && !(_looks <= due);
            _asked |= sooner;
        }

        if (sooner)
        {
            inspectSooner();
        }

        return true;
    }

    /// <summary>Numbers and publishes them; what is returned deserves a push, because nobody is online to see it.</summary>
    /// <param name="gateway">The gateway of a connection that is online.</param>
    public List<PushHint>? Take(ReadOnlySpan<SerializedNotification> notifications, out SiloAddress? gateway)
    {
        lock (_gate)
        {
            var online = Online;
            gateway = online ? _connection!.Connection.Gateway : null;
            return Number(notifications, online);
        }
    }

    /// <summary>As <see cref="IDeviceGrain.Connect"/>.</summary>
    public Resumption Connect(Connection incoming, string? resumeCursor, out long epoch) => Connect(incoming, resumeCursor, out epoch, out _);

    /// <inheritdoc cref="Connect(Connection, string?, out long)"/>
    /// <param name="ringing">Of the calls that ring now; what comes later is published.</param>
    public Resumption Connect(Connection incoming, string? resumeCursor, out long epoch, out SerializedNotification[] ringing)
    {
        lock (_gate)
        {
            ringing = [];
            if (_connection is { } live && IsOnline(live) && incoming.IsBehind(live.Connection))
            {
                // Its client gave it up when it began the later one.
                epoch = inbox.Epoch;
                return new Resumption(inbox.Number, [], Resync: false, Superseded: true);
            }

            if (_connection is { } older)
            {
                // The same connection again is a retry of a call whose answer was lost.
                if (older.Connection != incoming)
                {
                    Tell(older, CloseCode.Replaced);
                }

                leases.Remove(older);
            }

            inbox.Trim(Now);
            _lastWake = 0;
            Hold(incoming, inbox.Number);
            epoch = inbox.Epoch;
            ringing = rings?.Ringing(Now) ?? [];
            return inbox.Resume(resumeCursor);
        }
    }

    /// <summary>A connection that another activation had: its gateway knows nothing of this move, and has one lease time to say that it is there.</summary>
    public void Adopt(Connection moved, long confirmed)
    {
        lock (_gate)
        {
            Hold(moved, confirmed);
            _lastWake = inbox.Number;
        }
    }

    /// <summary>The connection is over; gives what it did not confirm and deserves a push. Null: another one has taken over since.</summary>
    public List<PushHint>? Disconnect(long session)
    {
        lock (_gate)
        {
            if (_connection is not { } held || held.Connection.Session != session)
            {
                return null;
            }

            Release(held);
            _lastWake = 0;
            PushCalls();
            return Unconfirmed(held.Confirmed);
        }
    }

    /// <summary>A new epoch; the connection is told. Gives what it did not confirm and deserves a push.</summary>
    public List<PushHint> InvalidateContinuity()
    {
        lock (_gate)
        {
            var owed = _connection is { } unsure ? Unconfirmed(unsure.Confirmed) : [];
            inbox.StartEpoch(NewEpoch());
            _lastWake = 0;
            if (_connection is { } held)
            {
                // It stays the device's connection until it says goodbye: whatever reaches it now closes it, should this event be lost.
                Hold(held.Connection, 0);
                Tell(_connection, CloseCode.ContinuityLost);
            }

            return owed;
        }
    }

    /// <summary>Closes the connection with this code.</summary>
    public void Close(CloseCode code)
    {
        lock (_gate)
        {
            if (_connection is { } held)
            {
                Tell(held, code);
                Release(held);
            }

            if (code == CloseCode.Deleted)
            {
                rings?.Clear();
                inbox.StartEpoch(NewEpoch());
            }
        }
    }

    public InboxPage Fetch(long epoch, long after)
    {
        lock (_gate)
        {
            inbox.Expire(Now);
            return epoch == inbox.Epoch && inbox.After(after) is { } notifications ? new InboxPage(true, notifications) : new InboxPage(false, []);
        }
    }

    /// <param name="host">The silo this is on.</param>
    public Lease Renew(long session, long number, SiloAddress host)
    {
        lock (_gate)
        {
            var held = _connection?.Connection.Session == session;
            if (held)
            {
                _connection!.Renew(number, timeProvider.GetTimestamp());
            }

            return new Lease(held, inbox.Epoch, inbox.Number, host);
        }
    }

    /// <summary>
    /// The time to look has come: lets go of what is too old. Gives what a connection that turned out to be gone did not confirm and deserves a push.
    /// </summary>
    public List<PushHint> Inspect()
    {
        lock (_gate)
        {
            _looks = null;
            inbox.Trim(Now);
            if (!Online)
            {
                PushCalls();
            }

            if (!Online && _lastWake > 0 && _connection is { } gone)
            {
                _lastWake = 0;
                return Unconfirmed(gone.Confirmed);
            }

            if (Online && _connection!.Confirmed >= _lastWake)
            {
                _lastWake = 0;
            }

            return [];
        }
    }

    /// <summary>
    /// When to look again: when the lease could have ended with notifications that nobody confirmed, or what is kept is too old. Null when nothing is expected,
    /// or when somebody looks early enough already.
    /// </summary>
    /// <param name="soon">There is something else to look for within a lease's time.</param>
    public TimeSpan? NextInspection(bool soon)
    {
        lock (_gate)
        {
            _asked = false;
            var due = soon ? LeaseTime : Expects();
            return due is null || _looks <= due ? null : _looks = due;
        }
    }

    /// <summary>Nothing is taken any more. Null where nobody was ever told of this inbox.</summary>
    /// <param name="owed">What the grain owes besides.</param>
    public DeviceSnapshot? Leave(PushHint[] owed)
    {
        lock (_gate)
        {
            _closed = true;
            rings?.Clear();
            if (_connection is { } held)
            {
                leases.Remove(held);
            }

            inbox.Trim(Now);
            return inbox.Number == 0 && _connection is null
                ? null
                : new(inbox.Snapshot(), _connection?.Connection.Gateway.ToParsableString(), _connection?.Connection.Session ?? 0, _connection?.Confirmed ?? 0, owed);
        }
    }

    public static long NewEpoch() => Random.Shared.NextInt64(1, long.MaxValue);

    private TimeSpan? Expects() => _lastWake > 0 || rings is { IsEmpty: false } ? LeaseTime : inbox.Count > 0 ? bounds.Age : null;

    private List<PushHint>? Number(ReadOnlySpan<SerializedNotification> notifications, bool online)
    {
        var now = Now;
        List<PushHint>? absent = null;
        foreach (var notification in notifications)
        {
            if (!notification.Replayed)
            {
                if (notification.Signal is { } signal)
                {
                    Ring(notification, signal, now, online);
                }
                else if (online)
                {
                    Publish(0, notification);
                }

                continue;
            }

            var number = inbox.Append(notification, now);
            if (_connection is not null)
            {
                _connection.Number = number;
                Publish(number, notification);
            }

            if (notification.Push is { } hint && !online)
            {
                (absent ??= []).Add(hint);
            }
            else if (notification.Push is not null)
            {
                _lastWake = number;
            }
        }

        return absent;
    }

    private void Ring(SerializedNotification notification, SignalHint signal, long now, bool online)
    {
        // What it did itself it is not told, neither way.
        var isOwn = rings?.IsOwn(signal) == true;
        if (rings?.Take(notification, signal, now, online) is { } push && !isOwn)
        {
            pushCall?.Invoke(push);
        }

        if (online && !signal.IsUntold && !isOwn)
        {
            Publish(0, notification);
        }
    }

    /// <summary>Nobody is online: who is called is woken, be it that a connection had it which turned out to be gone.</summary>
    private void PushCalls()
    {
        foreach (var push in rings?.Unpushed(Now) ?? [])
        {
            pushCall?.Invoke(push);
        }
    }

    private bool IsOnline(LeaseSlot held) => timeProvider.GetElapsedTime(held.RenewedAt) <= LeaseTime && !isDead(held.Connection.Gateway);

    private void Publish(long number, SerializedNotification notification) => gateways.Publish(
        _connection!.Connection.Gateway, new GatewayEvent(_connection.Connection.Session, inbox.Epoch, number, notification, CloseCode.None));

    private void Tell(LeaseSlot whom, CloseCode code) =>
        gateways.Publish(whom.Connection.Gateway, new GatewayEvent(whom.Connection.Session, inbox.Epoch, 0, null, code));

    private void Hold(Connection where, long confirmed)
    {
        _connection = new LeaseSlot(where, inbox.Epoch, inbox.Number, confirmed, timeProvider.GetTimestamp());
        leases.Put(_connection);
    }

    private void Release(LeaseSlot held)
    {
        leases.Remove(held);
        _connection = null;
    }

    /// <summary>What of the inbox after this number deserves a push.</summary>
    private List<PushHint> Unconfirmed(long number) =>
        inbox.Kept.Skip((int)Math.Max(0, inbox.Count - (inbox.Number - number))).Select(entry => entry.Notice.Push).OfType<PushHint>().ToList();
}
