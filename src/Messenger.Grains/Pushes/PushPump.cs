using System.Collections.Concurrent;
using System.Threading.Channels;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Pushes;

/// <summary>Takes pushes out of the store and sends them: on every worker, each takes others.</summary>
/// <remarks>
/// A push leaves the store when its provider has it, or will never take it, or nobody wants it any more. What a process had claimed when it died
/// is taken up by another when the claim runs out; the provider collapses what was sent twice.
/// </remarks>
internal sealed class PushPump : BackgroundService
{
    /// <summary>Another process' pushes, and those whose time comes, are found within this.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    /// <summary>Longer than a batch can take: who holds a claim is alive or dead, never merely slow.</summary>
    internal static readonly TimeSpan ClaimLife = TimeSpan.FromSeconds(60);

    /// <summary>What waited longer wakes nobody any more: the phone has synchronised, or is gone.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromDays(3);

    /// <summary>How often the backlog is measured, and what is too old is forgotten.</summary>
    internal static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(15);

    /// <summary>Pushes taken at once: with <see cref="MaxConcurrency"/> and ten seconds a push at worst, well within a claim.</summary>
    private const int Batch = 200;

    /// <summary>Calls to providers under way: both speak HTTP/2 and want few connections with much on them.</summary>
    private const int MaxConcurrency = 50;

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
    private readonly ProviderBackoff _backoff = new();
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _housekept;

    public PushPump(
        PushQueue queue, IPushStore store, IPushSender sender, IUnreadCounts unread, IGrainFactory grains, TimeProvider timeProvider, ILogger<PushPump> logger)
    {
        (_store, _sender, _unread, _grains, _timeProvider, _logger) = (store, sender, unread, grains, timeProvider, logger);
        queue.Arrived = () => _arrivals.Writer.TryWrite(true);
    }

    private long Now => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (await Round(stoppingToken) < Batch)
                {
                    await Pause(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is left is another's, or the next start's.
        }
    }

    /// <summary>One batch; returns how many were taken up.</summary>
    internal async Task<int> Round(CancellationToken cancellation)
    {
        try
        {
            await Housekeep();
            var now = Now;
            var claimed = await _store.Claim(Batch, now, now + (long)ClaimLife.TotalMilliseconds, _backoff.At(now));
            if (claimed.Count == 0)
            {
                return 0;
            }

            var done = new ConcurrentBag<Guid>();
            var later = new ConcurrentBag<(Guid Id, long Due)>();
            await Parallel.ForEachAsync(
                claimed, new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency, CancellationToken = cancellation }, async (push, token) =>
                {
                    if (await Tend(push, token) is { } due)
                    {
                        later.Add((push.Id, due));
                    }
                    else
                    {
                        done.Add(push.Id);
                    }
                });
            await _store.Done(done);
            await _store.Postpone(later);
            return claimed.Count;
        }
        catch (StoreUnavailableException fault)
        {
            PushLog.QueueAway(_logger, fault);
            return 0;
        }
    }

    private async Task Pause(CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var arrived = _arrivals.Reader.ReadAsync(waiting.Token).AsTask();
        await Task.WhenAny(arrived, Task.Delay(PollInterval, _timeProvider, waiting.Token));
        await waiting.CancelAsync();
        await ((Task)arrived).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
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

            var badge = await _unread.Unread(DeviceKeys.UserOf(queued.Device), MaxOnBadge);
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
            case PushVerdict.Later:
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

    private async Task Housekeep()
    {
        var now = Now;
        if (now - _housekept < Housekeeping.TotalMilliseconds)
        {
            return;
        }

        _housekept = now;
        if (await _store.Expire(now - (long)Timeout.TotalMilliseconds, ExpireStep) is > 0 and var expired)
        {
            PushLog.Expired(_logger, expired);
        }

        var (waiting, oldest) = await _store.Backlog();
        PushMeter.Backlog(waiting, TimeSpan.FromMilliseconds(oldest is { } since ? Math.Max(0, now - since) : 0));
    }
}
