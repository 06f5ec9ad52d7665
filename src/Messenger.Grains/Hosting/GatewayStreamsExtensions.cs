using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Delivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Hosting;

/// <summary>What a silo needs to reach the gateways, and to be one.</summary>
public static class GatewayStreamsExtensions
{
    /// <summary>For every silo: one that is no gateway has a stream too, which nobody listens to.</summary>
    public static ISiloBuilder AddGatewayStreams(this ISiloBuilder builder)
    {
        builder.AddGatewayPublishing();
        builder.Services.AddSingleton<GatewayInletClient>();
        builder.Services.AddSingleton(services => new GatewaySubscriptions(
            GatewayStream.Of(services.GetRequiredService<ILocalSiloDetails>().SiloAddress), services.GetRequiredService<TimeProvider>()));
        builder.AddGrainService<GatewayInlet>();
        builder.Services.AddKeyedSingleton<IStreamProvider, GatewayStreamProvider>(GatewayStream.Provider);
        return builder;
    }

    /// <summary>The publishing half alone, over whatever stream provider is registered as <see cref="GatewayStream.Provider"/>: for comparisons.</summary>
    public static ISiloBuilder AddGatewayPublishing(this ISiloBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<GatewayStreams>();
        builder.Services.AddSingleton<IGatewayStreams>(services => services.GetRequiredService<GatewayStreams>());
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<GatewayStreams>());
        builder.Services.TryAddSingleton<ClusterView>();
        return builder;
    }
}
