using System.Diagnostics.Metrics;
using Messenger.Host.Logging;
using Messenger.Telemetry;
using Orleans.Runtime;
using StackExchange.Redis;

namespace Messenger.Host.Membership;

/// <summary>
/// Keeps this process in the membership table. A Redis that lost its data (a flush, a restart without persistence, a managed failover) is told again what
/// this process saw there last: its own row, and the others'. Whoever does it first heals it for all.
/// </summary>
/// <remarks>
/// Rows are written again from when Orleans wrote this process's own until it wrote that it left. Looks take turns; what Orleans writes meanwhile is
/// seen by the next one.
/// </remarks>
internal sealed class MembershipKeeper(MembershipStore store, ClusterSeal seal, ILocalSiloDetails self, TimeProvider timeProvider, ILogger<MembershipKeeper> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>One small read. A row is back within this, before anybody who joins gives up waiting for it.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>A row that cannot be written for so long is said to be gone: a failover of Redis takes less.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly string _own = self.SiloAddress.ToString();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly Meter _meter = new("Messenger.Cluster");
    private TableRows _seen = new(TableRows.NoVersion, new Dictionary<string, string>());
    private Task _looking = Task.CompletedTask;
    private volatile bool _joined;
    private volatile bool _left;
    private long _restored;
    private bool _disposed;
    private volatile bool _away;

    /// <summary>Since when the row is known to be gone, as a time stamp of the clock; 0 while it is there.</summary>
    private long _missing;

    private string _obstacle = "";

    /// <summary>Whether this process has a row, and is to have one.</summary>
    public bool IsKept => _joined && !_left;

    /// <summary>Why the row that is gone cannot be written again, when that has lasted; null while all is well, and where Redis does not answer.</summary>
    public string? Trouble =>
        Interlocked.Read(ref _missing) is > 0 and var since && timeProvider.GetElapsedTime(since) >= Grace ? Volatile.Read(ref _obstacle) : null;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        Signals.Listed.Gauge(_meter, () => Interlocked.Read(ref _missing) == 0 ? 1 : 0);
        Signals.MembershipAvailable.Gauge(_meter, () => _away ? 0 : 1);
        Signals.Restored.Sum(_meter, () => Interlocked.Read(ref _restored));
        _looking = Task.Run(Keep, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Orleans wrote this process's row: what it is to be found as.</summary>
    public async Task Wrote(SiloStatus status)
    {
        _left |= status == SiloStatus.Dead;
        _joined = true;
        await Refresh();
    }

    /// <summary>Reads the table, and heals it where it lost what this process saw there.</summary>
    /// <returns>Whether the row is there.</returns>
    public async Task<bool> Refresh()
    {
        await _turn.WaitAsync();
        try
        {
            var rows = await store.Rows();
            if (!IsKept || (rows.Rows.ContainsKey(_own) && rows.Version >= _seen.Version))
            {
                (_seen, _missing) = (rows, 0);
                return true;
            }

            return _seen.Rows.ContainsKey(_own) && await Heal(rows);
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The container, which knows it under two names, disposes of it twice.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _ended.CancelAsync();
        await _looking;
        _ended.Dispose();
        _meter.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> Heal(TableRows rows)
    {
        var gone = !rows.Rows.ContainsKey(_own);
        if (gone && _missing == 0)
        {
            // 0 stands for "there".
            _missing = Math.Max(timeProvider.GetTimestamp(), 1);
            Log.RowLost(logger, rows.Rows.Count, _seen.Rows.Count);
        }

        try
        {
            if (await store.Claim(seal) is not { } there || there.From(seal) is Difference.Environment or Difference.Database)
            {
                _obstacle = "another cluster's membership stands in Redis under this cluster's name";
                return false;
            }

            if (await store.Write(_seen, _own))
            {
                Interlocked.Increment(ref _restored);
                Log.RowsRestored(logger, _seen.Rows.Count);
            }

            (_seen, _missing) = (await store.Rows(), 0);
            return true;
        }
        catch (RedisException fault)
        {
            _obstacle = $"Redis does not take it ({Joining.Kind(fault)})";
            return false;
        }
    }

    private async Task Keep()
    {
        using var period = new PeriodicTimer(Period, timeProvider);
        try
        {
            while (await period.WaitForNextTickAsync(_ended.Token))
            {
                try
                {
                    await Refresh();
                    _away = false;
                }
                catch (Exception fault) when (fault is RedisException or TimeoutException)
                {
                    // Only who joins or leaves needs it: said once.
                    if (!_away)
                    {
                        Log.MembershipAway(logger, Joining.Kind(fault));
                    }

                    _away = true;
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The silo has left.
        }
    }
}
