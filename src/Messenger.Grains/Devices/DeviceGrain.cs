using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace Messenger.Grains.Devices;

/// <summary>The device. What changes of connection and inbox changes in its <see cref="DeviceEndpoint"/>, at once; what a method waits for after that is a disk.</summary>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed class DeviceGrain(
    [PersistentState("device", "state")] IPersistentState<DeviceState> store,
    IGatewayStreams gateways, LeaseRegistry leases, DeviceEndpoints endpoints, PushQueue pushes, ISiloStatusOracle silos, ILocalSiloDetails silo,
    TimeProvider timeProvider, ILogger<DeviceGrain> logger, ISiloLease? lease = null, SiloStop? stop = null, CallQueue? calls = null, MemoryBudgets? memory = null) : Grain, IDeviceGrain, IGrainMigrationParticipant
{
    private const string Carried = "device";

    /// <summary>
    /// A connection keeps its device here: a device that leaves is a read and two writes, and its gateway brings it back with the next renewal. Not for
    /// ever, because a gateway that dies says no goodbye.
    /// </summary>
    private static readonly TimeSpan Stay = TimeSpan.FromHours(1);

    /// <summary>All devices of a worker are written at once when it stops: on a busy machine one of them runs into the store's time-out. A store that is away is not waited for.</summary>
    private const int SnapshotAttempts = 2;

    private static readonly TimeSpan SnapshotPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Recorded at least daily.</summary>
    private static readonly TimeSpan SeenPeriod = TimeSpan.FromHours(12);

    private readonly InboxBounds _bounds = InboxBounds.Default;
    private DeviceEndpoint _endpoint = null!;
    private PushTracker _pushTracker = null!;
    private DeviceSnapshot? _carried;
    private readonly AsyncLock _writes = new();
    private IGrainTimer? _watch;
    private long? _seen;
    private bool _forgotten;
    private bool _left;
    private CredentialSeal _seal = null!;

    /// <summary>Where pushes go, as it is on disk.</summary>
    private PushTarget? _target;

    private string UserId => DeviceKeys.UserOf(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _seal = CredentialSeal.Of(ServiceProvider);
        _target = store.State.SealedPush is { } kept ? kept.Opened(UserId, _seal) : store.State.Push;
        _pushTracker = new PushTracker(this.GetPrimaryKeyString(), pushes, timeProvider, _bounds.Count);
        if (store.State.Snapshot is { } stored)
        {
            store.State.Snapshot = null;
            await store.WriteStateAsync(cancellationToken);

            // Of a store that went back in time it may be one that was taken up long ago: a new epoch, and the device resynchronises.
            if (ServiceProvider.GetService<IStoreHistory>() is not { Steps: > 0 })
            {
                _carried ??= stored.Unsealed(UserId, _seal);
            }
        }

        var inbox = _carried is null ? new Inbox(_bounds, DeviceEndpoint.NewEpoch()) : Inbox.Restore(_bounds, _carried.Inbox);
        var turns = TaskScheduler.Current;
        _endpoint = new DeviceEndpoint(inbox, _bounds, gateways, leases, silos.IsDeadSilo, timeProvider, inspectSooner: () => Task.Factory.StartNew(
            static grain => ((DeviceGrain)grain!).Watch(), this, CancellationToken.None, TaskCreationOptions.None, turns),
            new KeptRings(this.GetPrimaryKeyString(), memory?.Signals), PushCall);
        if (_carried is { } taken)
        {
            if (taken.Gateway is { } gateway)
            {
                _endpoint.Adopt(new Connection(SiloAddress.FromParsableString(gateway), taken.Session), taken.Confirmed);
                DelayDeactivation(Stay);
            }

            _pushTracker.Defer(taken.Owed ?? []);
            _carried = null;
            Watch();
        }

        endpoints.Put(this.GetPrimaryKeyString(), _endpoint);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        using var leaving = SiloStop.Leave(stop, reason, cancellationToken);
        _left = true;
        _watch?.Dispose();
        var snapshot = _endpoint.Leave(_pushTracker.Deferred);
        endpoints.Remove(this.GetPrimaryKeyString(), _endpoint);

        // A migration carries the inbox with it; an inbox that nobody was ever told of holds nothing; and one that may live elsewhere by now, under
        // another epoch, must not come back from here.
        if (reason.ReasonCode == DeactivationReasonCode.Migrating || _forgotten || snapshot is null)
        {
            return;
        }

        if (lease is not null && !await lease.Confirm())
        {
            DeviceLog.SnapshotWithheld(logger);
            return;
        }

        store.State.Snapshot = snapshot.Sealed(UserId, _seal);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await store.WriteStateAsync(cancellationToken);
                return;
            }
            catch (InconsistentStateException) when (attempt > 1)
            {
                // The attempt before this one was late, and not lost: nobody else writes while this grain leaves.
                return;
            }
#pragma warning disable CA1031 // Without it the next activation starts a new epoch: nothing is lost unsaid.
            catch (Exception e) when (attempt == SnapshotAttempts || stop?.IsFutile == true || cancellationToken.IsCancellationRequested || e is InconsistentStateException)
#pragma warning restore CA1031
            {
                DeviceLog.SnapshotFailed(logger, e);
                return;
            }
            catch (Exception)
            {
                await Task.Delay(SnapshotPause, timeProvider, cancellationToken).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        if (_endpoint.Leave(_pushTracker.Deferred) is { } snapshot)
        {
            dehydrationContext.TryAddValue(Carried, snapshot);
        }
    }

    public void OnRehydrate(IRehydrationContext rehydrationContext) => rehydrationContext.TryGetValue(Carried, out _carried);

    public Task<Connected> Connect(Connection incoming, string? resumeCursor)
    {
        var resumption = _endpoint.Connect(incoming, resumeCursor, out var epoch, out var ringing);
        if (resumption.Superseded)
        {
            return Task.FromResult(new Connected(epoch, resumption.Number, [], Resync: false, silo.SiloAddress) { Superseded = true });
        }

        if (resumeCursor is not null)
        {
            DeviceMeter.Resumed(continued: !resumption.Resync);
        }

        // Its user knows: it logged in.
        _seen = timeProvider.GetTimestamp();
        _pushTracker.Clear();
        DelayDeactivation(Stay);
        KnowFeatures(incoming.Features);
        return Task.FromResult(new Connected(epoch, resumption.Number, resumption.Missed, resumption.Resync, silo.SiloAddress) { Ringing = ringing is [] ? null : ringing });
    }

    public Task Disconnect(long session)
    {
        if (_endpoint.Disconnect(session) is not { } unconfirmed)
        {
            return Task.CompletedTask;
        }

        TellSeen();
        _pushTracker.Defer(unconfirmed);
        Go();
        return _pushTracker.PushDeferred(_target);
    }

    public Task Deliver(Immutable<SerializedNotification[]> notifications)
    {
        var absent = _endpoint.Take(notifications.Value, out var gateway);
        Watch();
        return absent is not null ? _pushTracker.Push(absent, _target)
            : gateway is not null ? gateways.Room(gateway, notifications.Value.Length)
            : Task.CompletedTask;
    }

    public Task<InboxPage> Fetch(long epoch, long after) => Task.FromResult(_endpoint.Fetch(epoch, after));

    public Task RequireResync()
    {
        DeviceMeter.Epochs.Add(1);
        _pushTracker.Defer(_endpoint.InvalidateContinuity());
        Watch();
        return _endpoint.Online ? Task.CompletedTask : _pushTracker.PushDeferred(_target);
    }

    public async Task Close(CloseCode code)
    {
        _endpoint.Close(code);
        Go();
        if (code == CloseCode.Deleted)
        {
            _pushTracker.Clear();
            _forgotten = true;
            _target = null;
            await Write(store.ClearStateAsync);
            DeactivateOnIdle();
        }
    }

    public Task<bool> IsOnline() => Task.FromResult(_endpoint.Online);

    public Task<Lease> Renew(long session, long number)
    {
        TellSeen();
        return Task.FromResult(_endpoint.Renew(session, number, silo.SiloAddress));
    }

    public async Task SetPushTarget(PushTarget? target)
    {
        if (_target != target)
        {
            _forgotten = false;
            await WritePushTarget(target);
        }
    }

    public async Task ForgetPushTarget(PushTarget dead)
    {
        if (_target == dead)
        {
            await WritePushTarget(null);
        }
    }

    /// <summary>Known when it is on disk: after a write that failed the same target is no repeat.</summary>
    private async Task WritePushTarget(PushTarget? target)
    {
        await Write(async cancellation =>
        {
            (store.State.Push, store.State.SealedPush) = (null, SealedPushTarget.Of(UserId, target, _seal));
            await store.WriteStateAsync(cancellation);
            _target = target;
        });
    }

    public Task LoseToken(string token) => _target switch
    {
        { } target when target.Token == token => ForgetPushTarget(target),
        { } target when target.Voip == token => SetPushTarget(target with { Voip = null }),
        _ => Task.CompletedTask,
    };

    public Task<PushTarget?> PushTarget()
    {
        _pushTracker.Leaving();
        return Task.FromResult(_endpoint.Online ? null : _target);
    }

    public Task Wake(PushHint[] messages)
    {
        if (!_endpoint.Online)
        {
            return _pushTracker.Push(messages, _target);
        }

        _pushTracker.Defer(messages);
        Watch();
        return Task.CompletedTask;
    }

    /// <summary>No connection keeps it any more: it may leave as other actors do.</summary>
    private void Go() => DelayDeactivation(TimeSpan.Zero);

    /// <summary>A device is woken for calls whose client said at its last login that it knows of them.</summary>
    private void KnowFeatures(Features named)
    {
        var takesCalls = (named & Features.Hints) != 0;
        if (store.State.TakesCalls != takesCalls)
        {
            store.State.TakesCalls = takesCalls;

            // Not awaited: what is lost is said again by the next login.
            Write(store.WriteStateAsync).Ignore();
        }
    }

    /// <summary>Any thread.</summary>
    private void PushCall(CallPush push)
    {
        if (store.State.TakesCalls && _target is { } target && calls is not null)
        {
            push.IsQueued = calls.TryAdd(this.GetPrimaryKeyString(), target, push);
            if (!push.IsQueued)
            {
                memory?.Signals.CountShed();
            }
        }
    }

    /// <summary>One write at a time: methods interleave, and the store compares versions.</summary>
    private Task Write(Func<CancellationToken, Task> write) => _writes.Run(() => write(CancellationToken.None));

    /// <summary>Looks again when there will be something to see (<see cref="DeviceEndpoint.NextInspection"/>). A device without traffic has no timer.</summary>
    private void Watch()
    {
        if (!_left && _endpoint.NextInspection(soon: _pushTracker.HasDeferred) is { } due)
        {
            _watch?.Dispose();

            // Keeps the grain as long as there is traffic: what is handed over without a call does not count as use.
            _watch = this.RegisterGrainTimer(Inspect, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        }
    }

    /// <summary>
    /// Its user knows of logins alone, and a connection may last for weeks. Not awaited: what is lost once is told again half a day later.
    /// </summary>
    private void TellSeen()
    {
        var now = timeProvider.GetTimestamp();
        if (_seen is null || timeProvider.GetElapsedTime(_seen.Value, now) >= SeenPeriod)
        {
            _seen = now;
            var device = this.GetPrimaryKeyString();
            GrainFactory.GetGrain<IUserLock>(DeviceKeys.UserOf(device)).Seen(DeviceKeys.ApplicationOf(device)).Ignore();
        }
    }

    private Task Inspect()
    {
        _pushTracker.Defer(_endpoint.Inspect());
        if (_endpoint.Online)
        {
            TellSeen();
        }

        var pushed = _endpoint.Online ? Task.CompletedTask : _pushTracker.PushDeferred(_target);
        Watch();
        return pushed;
    }
}
