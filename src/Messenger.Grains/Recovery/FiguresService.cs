using Messenger.Contracts.Placement;
using Messenger.Ports;

namespace Messenger.Grains.Recovery;

/// <summary>Counts accounts for the figures of the day, and forgets entries of the audit log that are too old: on one worker of the cluster.</summary>
internal sealed class FiguresService(
    IDailyFigures figures, IAuditLog audit, Microsoft.Extensions.Options.IOptions<RetentionOptions> retention, ClusterView cluster, TimeProvider timeProvider)
    : LeaderLoop(cluster, SiloRoles.Worker, Interval, MaintenanceService.Pause, timeProvider)
{
    /// <summary>Counting reads every account: seconds where there are millions.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override Task<bool> DoStep(CancellationToken stopping) => Step();

    internal async Task<bool> Step()
    {
        try
        {
            var now = Clock.GetUtcNow();
            var day = now.ToUnixTimeSeconds() / 86_400;
            await figures.Survey(day, day * 86_400_000);
            return retention.Value.Audit is { } age && await audit.Expire((now - age).ToUnixTimeMilliseconds(), MaintenanceService.Step) == MaintenanceService.Step;
        }
        catch (StoreUnavailableException)
        {
            // The store tells of itself; the next round comes.
            return false;
        }
    }
}
