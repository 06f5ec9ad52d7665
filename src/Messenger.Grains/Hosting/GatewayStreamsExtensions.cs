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
    /// <summary>
    /// For every silo. Needs a durable grain storage named "PubSubStore": one in memory loses the gateways' subscriptions with its silo.
    /// </summary>
    /// <param name="isGateway">Whether this silo terminates sockets: then it pulls the queue of its own stream.</param>
    public static ISiloBuilder AddGatewayStreams(this ISiloBuilder builder, bool isGateway)
    {
        builder.AddGatewayPublishing();
        builder.Services.AddSingleton(new GatewayQueue(isGateway));
        builder.Services.AddSingleton<GatewayInletClient>();
        builder.AddGrainService<GatewayInlet>();
        builder.AddPersistentStreams(GatewayStream.Provider, GatewayQueueFactory.Create, streams =>
        {
            streams.ConfigurePartitionBalancing((_, _) => new GatewayQueueBalancer(isGateway));
            streams.ConfigureStreamPubSub(StreamPubSubType.ExplicitGrainBasedOnly);
            streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = GatewayStreamBounds.PullPeriod));
        });

        // Under load the agent says so at each pull, some hundred times a second.
        builder.Services.AddLogging(logging => logging.AddFilter("Orleans.Streams." + GatewayStream.Provider, LogLevel.Warning));
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
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DeadGateways>();
        return builder;
    }
}
