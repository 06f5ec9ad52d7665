using Messenger.Grains.Recovery;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Runtime;

namespace Messenger.Host.Health;

/// <summary>A silo that the others declared dead does not come back.</summary>
internal sealed class SiloLiveCheck(ISiloStatusOracle silo) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(silo.CurrentStatus == SiloStatus.Dead
            ? HealthCheckResult.Unhealthy("the cluster declared this silo dead: restart it")
            : HealthCheckResult.Healthy());
}

/// <summary>Nothing is served before the silo has joined, nor after it began to leave.</summary>
internal sealed class SiloReadyCheck(ISiloStatusOracle silo) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(silo.CurrentStatus == SiloStatus.Active
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"the silo is {silo.CurrentStatus}"));
}

/// <summary>A gateway alone can answer nothing.</summary>
internal sealed class WorkersCheck(Workers workers) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(workers.Any ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no worker is in the cluster"));
}

/// <summary>From the signal on, new connections belong elsewhere.</summary>
internal sealed class DrainCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("draining: this process is about to stop")
            : HealthCheckResult.Healthy());
}
