using Messenger.Contracts;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace Messenger.Grains.Delivery;

/// <summary>Where the silos hand a gateway its events.</summary>
internal interface IGatewayInlet : IGrainService
{
    /// <summary>Completes when the queue has them; false when it had no room in time and they are dropped, or this silo is no gateway.</summary>
    [ResponseTimeout("00:00:05")]
    Task<bool> Push(GatewayBatch batch);
}

[Reentrant]
internal sealed class GatewayInlet(GrainId id, Silo silo, ILoggerFactory loggers, GatewayQueue queue, TimeProvider timeProvider)
    : GrainService(id, silo, loggers), IGatewayInlet
{
    public Task<bool> Push(GatewayBatch batch) => queue.Events.Add(batch.Events, GatewayStreamBounds.RoomTimeout, timeProvider);
}

internal sealed class GatewayInletClient(IServiceProvider services) : GrainServiceClient<IGatewayInlet>(services)
{
    public IGatewayInlet On(SiloAddress gateway) => GetGrainService(gateway);
}

/// <summary>The queue of the gateway on this silo, between the inlet and the stream's pulling agent.</summary>
internal sealed class GatewayQueue
{
    public GatewayQueue(bool isGateway)
    {
        if (!isGateway)
        {
            // Nobody pulls here: nothing is taken.
            Events.Complete();
        }
    }

    public EventQueue Events { get; } = new(GatewayStreamBounds.InletEvents);
}
