using Messenger.Grains.Delivery;
using Messenger.Grains.Placement;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>
/// The device. Every method but <see cref="SetPushTarget"/> and a forgetting <see cref="Close"/> runs without an await,
/// so that what interleaves still happens one after the other.
/// </summary>
[SiloRole(SiloRoles.Worker), BesideUser]
internal sealed class DeviceGrain(
    [PersistentState("device", "state")] IPersistentState<DeviceState> store,
    IGatewayStreams gateways, LeaseRegistry registry, PushQueue pushes, ISiloStatusOracle silos, ILocalSiloDetails silo,
    TimeProvider time, ILogger<DeviceGrain> log) : Grain, IDeviceGrain, IGrainMigrationParticipant, IDisposable
{
    /// <summary>Three renewals may be lost before a device counts as offline.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    private const string Carried = "device";
    private readonly InboxBounds bounds = InboxBounds.Default;
    private Inbox inbox = null!;
    private LeaseSlot? connection;
    private Wakes wakes = null!;
    private DeviceSnapshot? carried;
    private readonly SemaphoreSlim writing = new(1);
    private IGrainTimer? watch;
    private bool forgotten;

    /// <summary>The newest notice worth a push that was handed to a connection and not yet confirmed by it; 0 for none.</summary>
    private long lastWake;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool Online =>
        connection is { } held && time.GetElapsedTime(held.RenewedAt) <= LeaseTime && !silos.IsDeadSilo(held.Connection.Gateway);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        wakes = new Wakes(DeviceKeys.UserOf(this.GetPrimaryKeyString()));
        if (store.State.Snapshot is { } stored)
        {
            store.State.Snapshot = null;
            await store.WriteStateAsync(cancellationToken);
            carried ??= stored;
        }

        if (carried is { } taken)
        {
            inbox = Inbox.Restore(bounds, taken.Inbox);
            if (taken.Gateway is { } gateway)
            {
                // The gateway knows nothing of this move: it has one lease time to say that it is still there.
                Hold(new Connection(SiloAddress.FromParsableString(gateway), taken.Session), taken.Confirmed);
                ExpectWake(inbox.Number);
            }

            carried = null;
            Watch();
        }
        else
        {
            inbox = new Inbox(bounds, NewEpoch());
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        watch?.Dispose();
        if (connection is { } held)
        {
            registry.Remove(held);
        }

        // A migration carries the inbox with it; an inbox that nobody was ever told of holds nothing.
        if (reason.ReasonCode == DeactivationReasonCode.Migrating || forgotten || (inbox.Number == 0 && connection is null))
        {
            return;
        }

        try
        {
            inbox.Trim(Now);
            store.State.Snapshot = TakeSnapshot();
            await store.WriteStateAsync(cancellationToken);
        }
#pragma warning disable CA1031 // Without it the next activation starts a new epoch: nothing is lost unsaid.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeviceLog.SnapshotFailed(log, e);
        }
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext) => dehydrationContext.TryAddValue(Carried, TakeSnapshot());

    public void OnRehydrate(IRehydrationContext rehydrationContext) => rehydrationContext.TryGetValue(Carried, out carried);

    public Task<Connected> Connect(Connection incoming, string? resumeCursor)
    {
        if (connection is { } older)
        {
            // The same connection again is a retry of a call whose answer was lost.
            if (older.Connection != incoming)
            {
                Tell(older, CloseCode.Replaced);
            }

            registry.Remove(older);
        }

        inbox.Trim(Now);
        var resumption = inbox.Resume(resumeCursor);
        if (resumption.Resync)
        {
            DeviceMeter.Resyncs.Add(1);
        }

        wakes.Clear();
        lastWake = 0;
        Hold(incoming, inbox.Number);
        return Task.FromResult(new Connected(inbox.Epoch, resumption.Number, resumption.Missed, resumption.Resync, silo.SiloAddress));
    }

    public Task Disconnect(long session)
    {
        if (connection is { } held && held.Connection.Session == session)
        {
            Release();
            PushAfter(held.Confirmed);
        }

        return Task.CompletedTask;
    }

    public Task Deliver(Immutable<Notice[]> notices)
    {
        var now = Now;
        var online = Online;
        foreach (var notice in notices.Value)
        {
            if (!notice.Replayed)
            {
                if (online)
                {
                    gateways.Publish(connection!.Connection.Gateway, new GatewayEvent(connection.Connection.Session, inbox.Epoch, 0, notice, CloseCode.None));
                }

                continue;
            }

            var number = inbox.Append(notice, now);
            if (connection is { } held)
            {
                held.Number = number;
                gateways.Publish(held.Connection.Gateway, new GatewayEvent(held.Connection.Session, inbox.Epoch, number, notice, CloseCode.None));
            }

            if (!online)
            {
                Push(notice);
            }
            else if (notice.Push is not null)
            {
                ExpectWake(number);
            }
        }

        Watch();
        return Task.CompletedTask;
    }

    public Task<InboxPage> Fetch(long epoch, long after) =>
        Task.FromResult(epoch == inbox.Epoch && inbox.After(after) is { } notices ? new InboxPage(true, notices) : new InboxPage(false, []));

    public Task Doubt()
    {
        DeviceMeter.Epochs.Add(1);
        inbox.StartEpoch(NewEpoch());
        lastWake = 0;
        if (connection is { } held)
        {
            // It stays the device's connection until it says goodbye: whatever reaches it now closes it, should this event be lost.
            Hold(held.Connection, 0);
            Tell(connection, CloseCode.ContinuityLost);
        }

        return Task.CompletedTask;
    }

    public async Task Close(CloseCode code)
    {
        if (connection is { } held)
        {
            Tell(held, code);
            Release();
        }

        if (code == CloseCode.Deleted)
        {
            inbox.StartEpoch(NewEpoch());
            forgotten = true;
            await Write(store.ClearStateAsync);
            DeactivateOnIdle();
        }
    }

    public Task<bool> IsOnline() => Task.FromResult(Online);

    public Task<Lease> Renew(long session, long number)
    {
        var held = connection?.Connection.Session == session;
        if (held)
        {
            connection!.Renew(number, time.GetTimestamp());
        }

        return Task.FromResult(new Lease(held, inbox.Epoch, inbox.Number, silo.SiloAddress));
    }

    public async Task SetPushTarget(PushTarget? target)
    {
        if (store.State.Push != target)
        {
            forgotten = false;
            store.State.Push = target;
            await Write(store.WriteStateAsync);
        }
    }

    /// <summary>One write at a time: methods interleave, and the store compares versions.</summary>
    private async Task Write(Func<CancellationToken, Task> write)
    {
        await writing.WaitAsync();
        try
        {
            await write(CancellationToken.None);
        }
        finally
        {
            writing.Release();
        }
    }

    public void Dispose() => writing.Dispose();

    private static long NewEpoch() => Random.Shared.NextInt64(1, long.MaxValue);

    private void Hold(Connection where, long confirmed)
    {
        connection = new LeaseSlot(where, inbox.Epoch, inbox.Number, confirmed, time.GetTimestamp());
        registry.Put(connection);
    }

    private void Release()
    {
        registry.Remove(connection!);
        connection = null;
    }

    private void Tell(LeaseSlot whom, CloseCode code) =>
        gateways.Publish(whom.Connection.Gateway, new GatewayEvent(whom.Connection.Session, inbox.Epoch, 0, null, code));

    private void Push(Notice notice)
    {
        if (wakes.For(notice, store.State.Push) is { } push)
        {
            pushes.Offer(push);
        }
    }

    private void PushAfter(long number)
    {
        foreach (var entry in inbox.Kept.Skip((int)Math.Max(0, inbox.Count - (inbox.Number - number))))
        {
            Push(entry.Notice);
        }

        lastWake = 0;
    }

    private void ExpectWake(long number)
    {
        if (lastWake == 0)
        {
            // The timer, if any, waits for the age of what is kept: this comes sooner.
            watch?.Dispose();
            watch = null;
        }

        lastWake = number;
    }

    /// <summary>
    /// Looks again when a lease could have ended with notices that nobody confirmed (they deserve a push),
    /// and when what is kept is too old. A device without traffic has no timer.
    /// </summary>
    private void Watch()
    {
        if (watch is null && (lastWake > 0 || inbox.Count > 0))
        {
            var due = lastWake > 0 ? LeaseTime : bounds.Age;
            watch = this.RegisterGrainTimer(Look, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
    }

    private Task Look()
    {
        watch?.Dispose();
        watch = null;
        inbox.Trim(Now);
        if (connection is { } held && lastWake > 0)
        {
            if (!Online)
            {
                PushAfter(held.Confirmed);
            }
            else if (held.Confirmed >= lastWake)
            {
                lastWake = 0;
            }
        }

        Watch();
        return Task.CompletedTask;
    }

    private DeviceSnapshot TakeSnapshot() =>
        new(inbox.Snapshot(), connection?.Connection.Gateway.ToParsableString(), connection?.Connection.Session ?? 0, connection?.Confirmed ?? 0);
}
