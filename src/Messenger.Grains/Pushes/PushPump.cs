using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Pushes;

/// <summary>Takes pushes out of the store and sends them: on every worker, each takes others.</summary>
/// <remarks>
/// A queue for each provider (<see cref="PushLane"/>): one that is slow or away holds up its own pushes alone.
/// A push leaves the store when its provider has it, or will never take it, or nobody wants it any more. What a process had on its way when it died
/// is taken up by another when the claim runs out; the provider collapses what was sent twice.
/// </remarks>
internal sealed class PushPump : BackgroundService
{
    /// <summary>What waited longer wakes nobody any more: the phone has synchronised, or is gone.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromDays(3);

    /// <summary>How often the backlog is measured, and what is too old is forgotten.</summary>
    internal static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(15);

    /// <summary>One for each provider, and one for what has none. In small letters, as the store compares them.</summary>
    private static readonly PushFilter[] Lanes = [new(Only: ["android"]), new(Only: ["ios"]), new(Except: ["android", "ios"])];

    /// <summary>An icon shows no more.</summary>
    private const int MaxOnBadge = 999;

    /// <summary>Rows of one statement that forgets.</summary>
    private const int ExpireStep = 1000;

    private readonly IPushStore _store;
    private readonly IPushSender _sender;
    private readonly IUnreadCounts _unread;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<PushPump> _logger;
    private readonly ISiloLease? _lease;
    private readonly ProviderBackoff _backoff = new();
    private readonly PushLane[] _lanes;

    public PushPump(
        PushQueue queue, IPushStore store, IPushSender sender, IUnreadCounts unread, IGrainFactory grains, TimeProvider timeProvider, ILogger<PushPump> logger,
        ISiloLease? lease = null)
    {
        (_store, _sender, _unread, _grains, _timeProvider, _logger, _lease) = (store, sender, unread, grains, timeProvider, logger, lease);
        _lanes = [.. Lanes.Select(filter => new PushLane(store, filter, Held, Tend, timeProvider, logger))];
        queue.Arrived = () => Array.ForEach(_lanes, lane => lane.Arrived());
    }

    private long Now => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([KeepHouse(stoppingToken), .. _lanes.Select(lane => lane.Run(stoppingToken))]);

    public override void Dispose()
    {
        Array.ForEach(_lanes, lane => lane.Dispose());
        base.Dispose();
    }

    private IReadOnlyList<string> Held()
    {
        lock (_backoff)
        {
            return _backoff.At(Now);
        }
    }

    /// <summary>Sends one, if it is still wanted. Null when it is done with, else when it is due again.</summary>
    private async Task<long?> Tend(QueuedPush queued, CancellationToken cancellation)
    {
        try
        {
            // Asked now, not when it was queued: the device may have come, have another token, or be gone.
            if (await _grains.GetGrain<IDeviceGrain>(queued.Device).PushTarget() is not { } target)
            {
                PushMeter.NotWanted(queued.ApplicationType);
                return null;
            }

            var now = Now;
            lock (_backoff)
            {
                if (_backoff.IsHeld(target.ApplicationType, now))
                {
                    return _backoff.Hold(target.ApplicationType, null, now);
                }
            }

            var (badge, isMuted) = await _unread.Unread(DeviceKeys.UserOf(queued.Device), queued.Conversation, MaxOnBadge);
            if (isMuted)
            {
                // Muted since it was queued.
                PushMeter.NotWanted(queued.ApplicationType);
                return null;
            }

            if (_lease?.IsHeld == false)
            {
                // This process stood still: its claims may have run out meanwhile, and another process sent what they were for.
                return ProviderBackoff.Pause(default, queued.Tries, Now);
            }

            var outcome = await _sender.Send(
                new Push(queued.Id, target.ApplicationType, target.Token, queued.Conversation, queued.Message, badge), cancellation);
            return await Conclude(queued, target, outcome);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // A silo that is just dying, a store that is away: nothing was sent, or nobody knows.
            PushLog.NotSent(_logger, fault.GetType().Name);
            return ProviderBackoff.Pause(default, queued.Tries, Now);
        }
    }

    private async Task<long?> Conclude(QueuedPush queued, PushTarget target, PushOutcome outcome)
    {
        var now = Now;
        switch (outcome.Verdict)
        {
            case PushVerdict.Taken:
                lock (_backoff)
                {
                    _backoff.Released(target.ApplicationType);
                }

                PushMeter.Taken(target.ApplicationType, TimeSpan.FromMilliseconds(Math.Max(0, now - queued.Queued)));
                return null;
            case PushVerdict.TokenDead when outcome.DeadSince is { } since && target.Since > since.ToUnixTimeMilliseconds():
                // Given anew after the provider saw it dead: it lives, the provider will know.
                PushMeter.Ended(target.ApplicationType, PushVerdict.Later);
                return ProviderBackoff.Pause(default, queued.Tries, now);
            case PushVerdict.TokenDead:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                await _grains.GetGrain<IUserPushes>(DeviceKeys.UserOf(queued.Device)).ForgetToken(DeviceKeys.ApplicationOf(queued.Device), target);
                return null;
            case PushVerdict.Later or PushVerdict.Credentials:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                return ProviderBackoff.Pause(outcome, queued.Tries, now);
            case PushVerdict.ProviderLater:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                lock (_backoff)
                {
                    return _backoff.Hold(target.ApplicationType, outcome.After, now);
                }

            default:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                return null;
        }
    }

    private async Task KeepHouse(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Housekeep();
                await Task.Delay(Housekeeping, _timeProvider, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task Housekeep()
    {
        try
        {
            var now = Now;
            if (await _store.Expire(now - (long)Timeout.TotalMilliseconds, ExpireStep) is > 0 and var expired)
            {
                PushLog.Expired(_logger, expired);
            }

            var (waiting, oldest) = await _store.Backlog();
            PushMeter.Backlog(waiting, TimeSpan.FromMilliseconds(oldest is { } since ? Math.Max(0, now - since) : 0));
        }
        catch (StoreUnavailableException fault)
        {
            PushLog.QueueAway(_logger, fault);
        }
    }
}
