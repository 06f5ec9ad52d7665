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
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>Longer than a batch can take: who holds a claim is alive or dead, never merely slow.</summary>
    internal static readonly TimeSpan ClaimLife = TimeSpan.FromSeconds(60);

    /// <summary>What waited longer wakes nobody any more: the phone has synchronised, or is gone.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    /// <summary>How often the backlog is measured, and what is too old is forgotten.</summary>
    internal static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(15);

    /// <summary>Pushes taken at once: with <see cref="AtOnce"/> and ten seconds a push at worst, well within a claim.</summary>
    private const int Batch = 200;

    /// <summary>Calls to providers under way: both speak HTTP/2 and want few connections with much on them.</summary>
    private const int AtOnce = 50;

    /// <summary>An icon shows no more.</summary>
    private const int MostOnBadge = 999;

    /// <summary>Rows of one statement that forgets.</summary>
    private const int ExpireStep = 1000;

    private readonly IPushStore store;
    private readonly IPushSender sender;
    private readonly IUnreadCounts unread;
    private readonly IGrainFactory grains;
    private readonly TimeProvider clock;
    private readonly ILogger<PushPump> log;
    private readonly Holds holds = new();
    private readonly Channel<bool> arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long housekept;

    public PushPump(
        PushQueue queue, IPushStore store, IPushSender sender, IUnreadCounts unread, IGrainFactory grains, TimeProvider clock, ILogger<PushPump> log)
    {
        (this.store, this.sender, this.unread, this.grains, this.clock, this.log) = (store, sender, unread, grains, clock, log);
        queue.Arrived = () => arrivals.Writer.TryWrite(true);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

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
            var claimed = await store.Claim(Batch, now, now + (long)ClaimLife.TotalMilliseconds, holds.At(now));
            if (claimed.Count == 0)
            {
                return 0;
            }

            var done = new ConcurrentBag<Guid>();
            var later = new ConcurrentBag<(Guid Id, long Due)>();
            await Parallel.ForEachAsync(
                claimed, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (push, token) =>
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
            await store.Done(done);
            await store.Postpone(later);
            return claimed.Count;
        }
        catch (StoreUnavailableException fault)
        {
            PushLog.QueueAway(log, fault);
            return 0;
        }
    }

    private async Task Pause(CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var arrived = arrivals.Reader.ReadAsync(waiting.Token).AsTask();
        await Task.WhenAny(arrived, Task.Delay(Look, clock, waiting.Token));
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
            if (await grains.GetGrain<IDeviceGrain>(queued.Device).PushTarget() is not { } target)
            {
                PushMeter.NotWanted(queued.ApplicationType);
                return null;
            }

            var now = Now;
            lock (holds)
            {
                if (holds.IsHeld(target.ApplicationType, now))
                {
                    return holds.Hold(target.ApplicationType, null, now);
                }
            }

            var badge = await unread.Unread(DeviceKeys.UserOf(queued.Device), MostOnBadge);
            var outcome = await sender.Send(
                new Push(queued.Id, target.ApplicationType, target.Token, queued.Conversation, queued.Message, badge), cancellation);
            return await Conclude(queued, target, outcome);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // A silo that is just dying, a store that is away: nothing was sent, or nobody knows.
            PushLog.NotSent(log, fault.GetType().Name);
            return Holds.Pause(default, queued.Tries, Now);
        }
    }

    private async Task<long?> Conclude(QueuedPush queued, PushTarget target, PushOutcome outcome)
    {
        var now = Now;
        switch (outcome.Verdict)
        {
            case PushVerdict.Taken:
                lock (holds)
                {
                    holds.Released(target.ApplicationType);
                }

                PushMeter.Taken(target.ApplicationType, TimeSpan.FromMilliseconds(Math.Max(0, now - queued.Queued)));
                return null;
            case PushVerdict.TokenDead when outcome.DeadSince is { } since && target.Since > since.ToUnixTimeMilliseconds():
                // Given anew after the provider saw it dead: it lives, the provider will know.
                PushMeter.Ended(target.ApplicationType, PushVerdict.Later);
                return Holds.Pause(default, queued.Tries, now);
            case PushVerdict.TokenDead:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                await grains.GetGrain<IUserPushes>(DeviceKeys.UserOf(queued.Device)).ForgetToken(DeviceKeys.ApplicationOf(queued.Device), target);
                return null;
            case PushVerdict.Later:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                return Holds.Pause(outcome, queued.Tries, now);
            case PushVerdict.ProviderLater:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                lock (holds)
                {
                    return holds.Hold(target.ApplicationType, outcome.After, now);
                }

            default:
                PushMeter.Ended(target.ApplicationType, outcome.Verdict);
                return null;
        }
    }

    private async Task Housekeep()
    {
        var now = Now;
        if (now - housekept < Housekeeping.TotalMilliseconds)
        {
            return;
        }

        housekept = now;
        if (await store.Expire(now - (long)Patience.TotalMilliseconds, ExpireStep) is > 0 and var expired)
        {
            PushLog.Expired(log, expired);
        }

        var (waiting, oldest) = await store.Backlog();
        PushMeter.Backlog(waiting, TimeSpan.FromMilliseconds(oldest is { } since ? Math.Max(0, now - since) : 0));
    }
}
