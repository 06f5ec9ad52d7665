using Microsoft.Extensions.Hosting;

namespace Messenger.Contracts.Placement;

/// <summary>
/// Work in the background that one silo of a role does for all, in steps: after a short pause while there is more to do, else after an interval.
/// </summary>
/// <remarks>
/// Two silos may work for a moment after a change: a step can be repeated and done twice. Not the loop of the take-over, which is woken by every change
/// of membership; nor of the pushes, which every worker sends.
/// </remarks>
/// <param name="cluster">Null: never the leader.</param>
/// <param name="pause">Between two steps while there is more, so that others have the store in between.</param>
public abstract class LeaderLoop(ClusterView? cluster, string role, TimeSpan interval, TimeSpan pause, TimeProvider timeProvider) : BackgroundService
{
    protected TimeProvider Clock => timeProvider;

    /// <summary>One step. A store that is away ends it, and is the step's to log: the next one comes after the interval.</summary>
    /// <returns>Whether there is more to do soon.</returns>
    protected abstract Task<bool> DoStep(CancellationToken stopping);

    /// <summary>Until the host stops, whose token ends a step too. Whoever leads next goes on.</summary>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var more = cluster?.Leads(role) == true && await DoStep(stoppingToken);
                await Task.Delay(more ? pause : interval, Clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
