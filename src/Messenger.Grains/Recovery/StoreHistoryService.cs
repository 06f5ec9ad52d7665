using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Messenger.Grains.Recovery;

/// <summary>
/// Looks whether the store went back in time, and then makes every device that this worker serves resynchronise: what stands on phones may not be
/// in the log any more, and new messages take the places of what is gone.
/// </summary>
/// <remarks>Every worker looks for itself: the device of one conversation's reader may be on any of them.</remarks>
internal sealed class StoreHistoryService(
    IStoreHistory history, DeviceEndpoints endpoints, IGrainFactory grains, TimeProvider timeProvider, ILogger<StoreHistoryService> logger, IChanges? changes = null)
    : BackgroundService
{
    /// <summary>
    /// A read of some rows. The log's writer sees it when it connects anew, before its first commit; this is for a worker that writes nothing, and bounds
    /// how long phones stand beside what is true.
    /// </summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Devices told at once.</summary>
    private const int Parallel = 32;

    private long _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await SweepOnce(stoppingToken);
                await Task.Delay(Interval, timeProvider, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: whatever device is here gets its next connection elsewhere.
        }
    }

    internal async Task SweepOnce(CancellationToken cancellation)
    {
        try
        {
            await history.Refresh();
        }
        catch (StoreUnavailableException)
        {
            // Nobody can read it now, and nobody can commit. What the writer saw is told all the same.
        }

        var steps = history.Steps;
        if (steps != _told && await Draw() && await RequireResync(cancellation))
        {
            _told = steps;
        }
    }

    /// <summary>What phones were given to synchronise from is worth nothing any more. False when the store cannot be told yet.</summary>
    private async Task<bool> Draw()
    {
        try
        {
            await (changes?.DrawEpoch() ?? Task.CompletedTask);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>False when some could not be told: then all are told again.</summary>
    private async Task<bool> RequireResync(CancellationToken cancellation)
    {
        var devices = endpoints.Keys;
        Log.DevicesResync(logger, devices.Count);
        var all = true;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            devices,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation, TaskScheduler = TaskScheduler.Current },
            async (device, _) =>
            {
                try
                {
                    await grains.GetGrain<IDeviceGrain>(device).RequireResync();
                }
                catch (Exception fault) when (!cancellation.IsCancellationRequested)
                {
                    Log.ResyncFailed(logger, fault);
                    all = false;
                }
            });
        return all;
    }
}
