using Messenger.Grains.Delivery;
using Messenger.Grains.Placement;
using Messenger.Grains.Pushes;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>
/// The device. Whatever a method changes of connection and inbox it changes before its first await, so that what interleaves still happens
/// one after the other; what comes after is waiting for a disk.
/// </summary>
[SiloRole(SiloRoles.Worker), ByKey]
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
        wakes = new Wakes(this.GetPrimaryKeyString(), pushes, bounds.Count);
        if (store.State.Snapshot is { } stored)
        {
            store.State.Snapshot = null;
            await store.WriteStateAsync(cancellationToken);
            carried ??= stored.Unsealed(DeviceKeys.UserOf(this.GetPrimaryKeyString()), CredentialSeal.Of(ServiceProvider));
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

            wakes.Owe(taken.Owed ?? []);
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
            store.State.Snapshot = TakeSnapshot().Sealed(DeviceKeys.UserOf(this.GetPrimaryKeyString()), CredentialSeal.Of(ServiceProvider));
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
        if (resumeCursor is not null)
        {
            DeviceMeter.Resumed(continued: !resumption.Resync);
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
            return PushAfter(held.Confirmed);
        }

        return Task.CompletedTask;
    }

    public Task Deliver(Immutable<Notice[]> notices)
    {
        var now = Now;
        var online = Online;
        List<PushHint>? absent = null;
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

            if (notice.Push is { } hint && !online)
            {
                (absent ??= []).Add(hint);
            }
            else if (notice.Push is not null)
            {
                ExpectWake(number);
            }
        }

        Watch();
        return absent is not null ? wakes.Push(absent, store.State.Push)
            : online ? gateways.Room(connection!.Connection.Gateway, notices.Value.Length)
            : Task.CompletedTask;
    }

    public Task<InboxPage> Fetch(long epoch, long after) =>
        Task.FromResult(epoch == inbox.Epoch && inbox.After(after) is { } notices ? new InboxPage(true, notices) : new InboxPage(false, []));

    public Task Doubt()
    {
        DeviceMeter.Epochs.Add(1);
        if (connection is { } unsure)
        {
            wakes.Owe(Unconfirmed(unsure.Confirmed));
        }

        inbox.StartEpoch(NewEpoch());
        lastWake = 0;
        if (connection is { } held)
        {
            // It stays the device's connection until it says goodbye: whatever reaches it now closes it, should this event be lost.
            Hold(held.Connection, 0);
            Tell(connection, CloseCode.ContinuityLost);
        }

        Watch();
        return Online ? Task.CompletedTask : wakes.PushOwed(store.State.Push);
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
            wakes.Clear();
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

    public async Task ForgetPushTarget(PushTarget dead)
    {
        if (store.State.Push == dead)
        {
            store.State.Push = null;
            await Write(store.WriteStateAsync);
        }
    }

    public Task<PushTarget?> PushTarget() => Task.FromResult(Online ? null : store.State.Push);

    public Task Wake(PushHint[] messages)
    {
        if (!Online)
        {
            return wakes.Push(messages, store.State.Push);
        }

        wakes.Owe(messages);
        Watch();
        return Task.CompletedTask;
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

    private Task PushAfter(long number)
    {
        wakes.Owe(Unconfirmed(number));
        lastWake = 0;
        return wakes.PushOwed(store.State.Push);
    }

    /// <summary>What of the inbox after this number deserves a push.</summary>
    private List<PushHint> Unconfirmed(long number) =>
        inbox.Kept.Skip((int)Math.Max(0, inbox.Count - (inbox.Number - number))).Select(entry => entry.Notice.Push).OfType<PushHint>().ToList();

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
        if (watch is null && (lastWake > 0 || wakes.Owes || inbox.Count > 0))
        {
            var due = lastWake > 0 || wakes.Owes ? LeaseTime : bounds.Age;
            watch = this.RegisterGrainTimer(Look, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
    }

    private Task Look()
    {
        watch?.Dispose();
        watch = null;
        inbox.Trim(Now);
        var pushed = Task.CompletedTask;
        if (!Online)
        {
            pushed = connection is { } gone && lastWake > 0 ? PushAfter(gone.Confirmed) : wakes.PushOwed(store.State.Push);
        }
        else if (lastWake > 0 && connection!.Confirmed >= lastWake)
        {
            lastWake = 0;
        }

        Watch();
        return pushed;
    }

    private DeviceSnapshot TakeSnapshot() =>
        new(inbox.Snapshot(), connection?.Connection.Gateway.ToParsableString(), connection?.Connection.Session ?? 0, connection?.Confirmed ?? 0, wakes.Owed);
}
