using Messenger.Contracts.Placement;
using Messenger.Grains.Devices;
using Messenger.Grains.Recovery;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Messenger.Grains.Hosting;

/// <summary>What the survivors of a process do.</summary>
public static class RecoveryExtensions
{
    /// <summary>Names this process after its silo, and adds take-over and maintenance. Call it before the store is added, which would name it otherwise.</summary>
    /// <param name="alone">No other process can use this store: whoever wrote it before is gone.</param>
    public static IServiceCollection AddRecovery(this IServiceCollection services, bool alone) => services
        .AddSingleton(new Neighbours(alone))
        .AddSingleton<IWriterName, WriterName>()
        .AddSingleton<ClusterView>()
        .AddSingleton<SiloLease>()
        .AddSingleton<ISiloLease>(provider => provider.GetRequiredService<SiloLease>())
        .AddHostedService(provider => provider.GetRequiredService<SiloLease>())
        .AddSingleton<ILifecycleParticipant<ISiloLifecycle>, LogShutdown>()
        .AddHostedService<TakeoverService>()

        // A gateway has no devices: a list that stays empty there.
        .AddSingleton<DeviceEndpoints>()
        .AddHostedService<StoreHistoryService>()
        .AddHostedService<MaintenanceService>()
        .AddHostedService<ExpiryService>()
        .AddHostedService<FiguresService>();
}

/// <summary>What watches the paths between silos.</summary>
public static class PathExtensions
{
    /// <summary>For every silo of a cluster.</summary>
    public static ISiloBuilder AddPathMonitor(this ISiloBuilder builder)
    {
        builder.AddGrainService<PathProbe>();
        builder.Services.AddSingleton<PathProbeClient>();
        builder.Services.AddHostedService(provider => new PathMonitor(
            provider.GetRequiredService<IClusterMembershipService>(), provider.GetRequiredService<ISiloMetadataCache>(),
            provider.GetRequiredService<ILocalSiloDetails>(), provider.GetRequiredService<PathProbeClient>().Probe,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PathMonitor>>()));
        return builder;
    }
}
