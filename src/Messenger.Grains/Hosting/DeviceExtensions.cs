using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Pushes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Messenger.Grains.Hosting;

/// <summary>What a silo needs to host devices.</summary>
public static class DeviceExtensions
{
    /// <summary>
    /// For silos of the roles all and worker. Needs an <c>IPushSender</c>, an <c>IPushStore</c>, an <c>IUnreadCounts</c>, a grain storage named "state",
    /// and <see cref="Hosting.GatewayStreamsExtensions.AddGatewayStreams"/>.
    /// </summary>
    public static ISiloBuilder AddDevices(this ISiloBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<LeaseRegistry>();
        builder.Services.TryAddSingleton<DeviceEndpoints>();
        builder.Services.AddSingleton<PushQueue>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<PushQueue>());
        builder.Services.AddHostedService<PushPump>();
        builder.Services.AddSingleton<CallQueue>();
        builder.Services.AddHostedService<CallPump>();
        builder.AddGrainService<DeviceLeases>();
        return builder;
    }

    /// <summary>For silos of the roles all and gateway: the way to the lease services.</summary>
    public static IServiceCollection AddDeviceLeasesClient(this IServiceCollection services)
    {
        services.TryAddSingleton<IDeviceLeasesClient, DeviceLeasesClient>();
        return services;
    }
}
