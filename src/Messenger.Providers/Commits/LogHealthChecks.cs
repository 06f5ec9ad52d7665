using Messenger.Ports;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messenger.Providers.Commits;

/// <summary>Unhealthy when this process may not write any more: nothing but a restart helps.</summary>
internal sealed class LogLiveCheck(CommitQueue commits) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(commits.Fenced
            ? HealthCheckResult.Unhealthy("another process took over this one's writes: restart it")
            : HealthCheckResult.Healthy());
}

/// <summary>Unhealthy when this process was taken over, and when a kind of its main work has been refused for long: the reasons name it.</summary>
internal sealed class MainWorkCheck(CommitQueue commits, MainWork work) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(commits.Fenced ? HealthCheckResult.Unhealthy("another process took over this one's writes")
            : work.Refusals.ToList() is { Count: > 0 } refusals ? HealthCheckResult.Unhealthy(string.Join("; ", refusals))
            : HealthCheckResult.Healthy());
}
