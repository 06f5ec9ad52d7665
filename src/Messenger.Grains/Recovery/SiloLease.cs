using Messenger.Contracts.Placement;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains.Recovery;

/// <summary>
/// Renewed by this process's own clock as long as it runs without a stop. After one that was long enough for the others to declare it dead it is renewed
/// only when the membership table says that they did not: what waits in buffers and queues then waits a little longer, or for ever.
/// </summary>
/// <remarks>
/// A process that was stopped (SIGSTOP, a paused or migrated machine, swap) wakes up in the middle of what it did and reads what waits in its buffers before
/// anybody tells it that it is dead. The log's fence stops its commits and loads; this stops what no store sees.
/// </remarks>
internal sealed class SiloLease(
    IClusterMembershipService membership, ILocalSiloDetails self, TimeProvider timeProvider, ILogger<SiloLease> logger) : IHostedService, ISiloLease, IDisposable
{
    /// <summary>
    /// Shorter than the six seconds of silence that a silo is given at least (the host's probe settings): when nobody can have declared it dead, it need not ask.
    /// </summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Many renewals to a lease, so that a busy machine has to delay all of them.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>The table answers in milliseconds; one that does not is asked again.</summary>
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private long _renewed = timeProvider.GetTimestamp();

    /// <summary>The look at the table that is under way, or the last one.</summary>
    private Task<long?>? _asked;

    /// <inheritdoc/>
    public bool IsHeld => !IsDead && timeProvider.GetElapsedTime(Volatile.Read(ref _renewed)) < Longest;

    /// <inheritdoc/>
    public async ValueTask<bool> Confirm()
    {
        if (IsHeld)
        {
            return true;
        }

        if (!IsDead)
        {
            await Renew();
        }

        return IsHeld;
    }

    private bool IsDead => membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress) == SiloStatus.Dead;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Owned by this object, and ended with it.
        _ = Task.Run(Run, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>While the silo stops it is still needed.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _end.Cancel();

    private async Task Run()
    {
        while (!_end.IsCancellationRequested)
        {
            await Renew();
            await Task.Delay(Period, timeProvider, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One renewal. It counts from its beginning: where this process stands still in the middle of it, it has renewed nothing.</summary>
    internal async Task Renew()
    {
        var now = timeProvider.GetTimestamp();
        var gap = timeProvider.GetElapsedTime(Volatile.Read(ref _renewed), now);
        if (gap < Longest)
        {
            Volatile.Write(ref _renewed, now);
        }
        else if (await Asked(now, gap) is { } since)
        {
            Volatile.Write(ref _renewed, since);
        }
    }

    /// <summary>Many ask at once, when many actors leave: one look is for all of them.</summary>
    private Task<long?> Asked(long now, TimeSpan gap)
    {
        lock (_gate)
        {
            return _asked = _asked is { IsCompleted: false } ? _asked : Ask();
        }

        async Task<long?> Ask() => await IsStillAMember(gap) ? now : null;
    }

    private async Task<bool> IsStillAMember(TimeSpan gap)
    {
        try
        {
            using var limit = new CancellationTokenSource(AskLimit, timeProvider);
            await membership.Refresh(default, limit.Token).AsTask().WaitAsync(AskLimit, timeProvider);
            Log.StoodStill(logger, gap, IsDead);
            return !IsDead;
        }
#pragma warning disable CA1031 // Whatever kept the table from answering: it is asked again, and nothing is told until it has.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.LeaseInQuestion(logger, gap, fault.GetType().Name);
            return false;
        }
    }
}
