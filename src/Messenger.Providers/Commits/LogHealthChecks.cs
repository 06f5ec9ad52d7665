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

/// <summary>Unhealthy while the log's store is away.</summary>
internal sealed class LogReadyCheck(CommitQueue commits) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(commits.Away || commits.Fenced
            ? HealthCheckResult.Unhealthy("the message log cannot be written")
            : HealthCheckResult.Healthy());
}
