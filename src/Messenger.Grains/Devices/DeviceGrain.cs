using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>The device. What changes of connection and inbox changes in its <see cref="Mailbox"/>, at once; what a method waits for after that is a disk.</summary>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed class DeviceGrain(
    [PersistentState("device", "state")] IPersistentState<DeviceState> store,
    IGatewayStreams gateways, LeaseRegistry leases, LocalMailboxes mailboxes, PushQueue pushes, ISiloStatusOracle silos, ILocalSiloDetails silo,
    TimeProvider time, ILogger<DeviceGrain> log, ISiloLease? lease = null) : Grain, IDeviceGrain, IGrainMigrationParticipant
{
    private const string Carried = "device";

    /// <summary>
    /// A connection keeps its device here: a device that leaves is a read and two writes, and its gateway brings it back with the next renewal. Not for
    /// ever, because a gateway that dies says no goodbye.
    /// </summary>
    private static readonly TimeSpan Stay = TimeSpan.FromHours(1);

    private readonly InboxBounds bounds = InboxBounds.Default;
    private Mailbox mailbox = null!;
    private Wakes wakes = null!;
    private DeviceSnapshot? carried;
    private readonly Turns writes = new();
    private IGrainTimer? watch;
    private bool forgotten;
    private bool left;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        wakes = new Wakes(this.GetPrimaryKeyString(), pushes, time, bounds.Count);
        if (store.State.Snapshot is { } stored)
        {
            store.State.Snapshot = null;
            await store.WriteStateAsync(cancellationToken);

            // Of a store that went back in time it may be one that was taken up long ago: a new epoch, and the device resynchronises.
            if (ServiceProvider.GetService<IStoreHistory>() is not { Steps: > 0 })
            {
                carried ??= stored.Unsealed(DeviceKeys.UserOf(this.GetPrimaryKeyString()), CredentialSeal.Of(ServiceProvider));
            }
        }

        var inbox = carried is null ? new Inbox(bounds, Mailbox.NewEpoch()) : Inbox.Restore(bounds, carried.Inbox);
        var turns = TaskScheduler.Current;
        mailbox = new Mailbox(inbox, bounds, gateways, leases, silos.IsDeadSilo, time, lookSooner: () => Task.Factory.StartNew(
            static grain => ((DeviceGrain)grain!).Watch(), this, CancellationToken.None, TaskCreationOptions.None, turns));
        if (carried is { } taken)
        {
            if (taken.Gateway is { } gateway)
            {
                mailbox.Adopt(new Connection(SiloAddress.FromParsableString(gateway), taken.Session), taken.Confirmed);
                DelayDeactivation(Stay);
            }

            wakes.Owe(taken.Owed ?? []);
            carried = null;
            Watch();
        }

        mailboxes.Put(this.GetPrimaryKeyString(), mailbox);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        left = true;
        watch?.Dispose();
        var snapshot = mailbox.Leave(wakes.Owed);
        mailboxes.Remove(this.GetPrimaryKeyString(), mailbox);

        // A migration carries the inbox with it; an inbox that nobody was ever told of holds nothing; and one that may live elsewhere by now, under
        // another epoch, must not come back from here.
        if (lease?.IsHeld == false || reason.ReasonCode == DeactivationReasonCode.Migrating || forgotten || snapshot is null)
        {
            return;
        }

        try
        {
            store.State.Snapshot = snapshot.Sealed(DeviceKeys.UserOf(this.GetPrimaryKeyString()), CredentialSeal.Of(ServiceProvider));
            await store.WriteStateAsync(cancellationToken);
        }
#pragma warning disable CA1031 // Without it the next activation starts a new epoch: nothing is lost unsaid.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeviceLog.SnapshotFailed(log, e);
        }
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        if (mailbox.Leave(wakes.Owed) is { } snapshot)
        {
            dehydrationContext.TryAddValue(Carried, snapshot);
        }
    }

    public void OnRehydrate(IRehydrationContext rehydrationContext) => rehydrationContext.TryGetValue(Carried, out carried);

    public Task<Connected> Connect(Connection incoming, string? resumeCursor)
    {
        var resumption = mailbox.Connect(incoming, resumeCursor, out var epoch);
        if (resumption.Superseded)
        {
            return Task.FromResult(new Connected(epoch, resumption.Number, [], Resync: false, silo.SiloAddress) { Superseded = true });
        }

        if (resumeCursor is not null)
        {
            DeviceMeter.Resumed(continued: !resumption.Resync);
        }

        wakes.Clear();
        DelayDeactivation(Stay);
        return Task.FromResult(new Connected(epoch, resumption.Number, resumption.Missed, resumption.Resync, silo.SiloAddress));
    }

    public Task Disconnect(long session)
    {
        if (mailbox.Disconnect(session) is not { } unconfirmed)
        {
            return Task.CompletedTask;
        }

        wakes.Owe(unconfirmed);
        Go();
        return wakes.PushOwed(store.State.Push);
    }

    public Task Deliver(Immutable<Notice[]> notices)
    {
        var absent = mailbox.Take(notices.Value, out var gateway);
        Watch();
        return absent is not null ? wakes.Push(absent, store.State.Push)
            : gateway is not null ? gateways.Room(gateway, notices.Value.Length)
            : Task.CompletedTask;
    }

    public Task<InboxPage> Fetch(long epoch, long after) => Task.FromResult(mailbox.Fetch(epoch, after));

    public Task Doubt()
    {
        DeviceMeter.Epochs.Add(1);
        wakes.Owe(mailbox.Doubt());
        Watch();
        return mailbox.Online ? Task.CompletedTask : wakes.PushOwed(store.State.Push);
    }

    public async Task Close(CloseCode code)
    {
        mailbox.Close(code);
        Go();
        if (code == CloseCode.Deleted)
        {
            wakes.Clear();
            forgotten = true;
            await Write(store.ClearStateAsync);
            DeactivateOnIdle();
        }
    }

    public Task<bool> IsOnline() => Task.FromResult(mailbox.Online);

    public Task<Lease> Renew(long session, long number) => Task.FromResult(mailbox.Renew(session, number, silo.SiloAddress));

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

    public Task LoseToken(string token) => store.State.Push is { } target && target.Token == token ? ForgetPushTarget(target) : Task.CompletedTask;

    public Task<PushTarget?> PushTarget()
    {
        wakes.Leaving();
        return Task.FromResult(mailbox.Online ? null : store.State.Push);
    }

    public Task Wake(PushHint[] messages)
    {
        if (!mailbox.Online)
        {
            return wakes.Push(messages, store.State.Push);
        }

        wakes.Owe(messages);
        Watch();
        return Task.CompletedTask;
    }

    /// <summary>No connection keeps it any more: it may leave as other actors do.</summary>
    private void Go() => DelayDeactivation(TimeSpan.Zero);

    /// <summary>One write at a time: methods interleave, and the store compares versions.</summary>
    private Task Write(Func<CancellationToken, Task> write) => writes.Take(() => write(CancellationToken.None));

    /// <summary>Looks again when there will be something to see (<see cref="Mailbox.NextLook"/>). A device without traffic has no timer.</summary>
    private void Watch()
    {
        if (!left && mailbox.NextLook(soon: wakes.Owes) is { } due)
        {
            watch?.Dispose();

            // Keeps the grain as long as there is traffic: what is handed over without a call does not count as use.
            watch = this.RegisterGrainTimer(Look, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        }
    }

    private Task Look()
    {
        wakes.Owe(mailbox.Look());
        var pushed = mailbox.Online ? Task.CompletedTask : wakes.PushOwed(store.State.Push);
        Watch();
        return pushed;
    }
}
