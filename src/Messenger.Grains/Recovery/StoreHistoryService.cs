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
    IStoreHistory history, LocalMailboxes mailboxes, IGrainFactory grains, TimeProvider clock, ILogger<StoreHistoryService> logger)
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
                await Look(stoppingToken);
                await Task.Delay(Interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: whatever device is here gets its next connection elsewhere.
        }
    }

    internal async Task Look(CancellationToken cancellation)
    {
        try
        {
            await history.Look();
        }
        catch (StoreUnavailableException)
        {
            // Nobody can read it now, and nobody can commit. What the writer saw is told all the same.
        }

        var steps = history.Steps;
        if (steps != _told && await Doubt(cancellation))
        {
            _told = steps;
        }
    }

    /// <summary>False when some could not be told: then all are told again.</summary>
    private async Task<bool> Doubt(CancellationToken cancellation)
    {
        var devices = mailboxes.Keys;
        Log.DevicesDoubt(logger, devices.Count);
        var all = true;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            devices,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (device, _) =>
            {
                try
                {
                    await grains.GetGrain<IDeviceGrain>(device).Doubt();
                }
                catch (Exception fault) when (!cancellation.IsCancellationRequested)
                {
                    Log.DoubtFailed(logger, fault);
                    all = false;
                }
            });
        return all;
    }
}
