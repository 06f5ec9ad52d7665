using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Recovery;

/// <summary>Removes the rows of deleted conversations, in the background and in small steps, on one worker of the cluster.</summary>
internal sealed class MaintenanceService(IMessageLog messages, Workers workers, TimeProvider clock, ILogger<MaintenanceService> logger)
    : BackgroundService
{
    /// <summary>Nobody waits for these rows to go: their conversation is a tombstone already.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Between two steps of one round, so that the log's commits have the disk in between.</summary>
    internal static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    /// <summary>Rows of one step: a fraction of a second, and no long transaction.</summary>
    internal const int Step = 10_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var more = workers.Lead && await Purge() == Step;
                await Task.Delay(more ? Breath : Interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: whoever leads next goes on.
        }
    }

    /// <summary>One step. A store that is away is asked again in the next round.</summary>
    internal async Task<int> Purge()
    {
        try
        {
            return await messages.Purge(Step);
        }
        catch (StoreUnavailableException fault)
        {
            Log.PurgeFailed(logger, fault);
            return 0;
        }
    }
}
