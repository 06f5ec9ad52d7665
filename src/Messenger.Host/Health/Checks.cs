using Messenger.Contracts.Placement;
using Messenger.Gateway.Delivery;
using Messenger.Gateway.Sessions;
using Messenger.Host.Membership;
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

/// <summary>Who is not in the membership table is not found by those who join. Written again within seconds; what cannot be, is said.</summary>
internal sealed class ListedCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(services.GetService<MembershipKeeper>()?.Trouble is { } trouble
            ? HealthCheckResult.Unhealthy($"this process's row is gone from the membership table in Redis: {trouble}")
            : HealthCheckResult.Healthy());
}

/// <summary>A gateway alone can answer nothing.</summary>
internal sealed class WorkersCheck(ClusterView cluster) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(cluster.Active(SiloRoles.Worker).Any() ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no worker is in the cluster"));
}

/// <summary>
/// A gateway that never listened to its stream is not ready: a rollout stops there. One that stopped hearing says so and stays: its connections are
/// served by their leases, seconds late, and what keeps it from hearing (a worker that died) mostly keeps the others from it too: taking all
/// of them out would make late into never. The metric messenger.delivery.hears tells a person.
/// </summary>
internal sealed class StreamCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(services.GetService<StreamListener>() switch
        {
            { HasListened: false } => HealthCheckResult.Unhealthy("this gateway does not listen to its stream yet"),
            { Hears: false } => HealthCheckResult.Degraded("this gateway does not hear its stream: notifications are some seconds late"),
            _ => HealthCheckResult.Healthy(),
        });
}

/// <summary>From the signal on, new connections belong elsewhere.</summary>
internal sealed class DrainCheck(IHostApplicationLifetime lifetime, IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("draining: this process is about to stop")
            : services.GetService<SessionTable>() is { IsDraining: true }
                ? HealthCheckResult.Unhealthy("draining: the operator wants it, until 'messenger admin processes resume'")
                : HealthCheckResult.Healthy());
}
