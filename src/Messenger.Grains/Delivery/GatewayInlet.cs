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
    /// <summary>Completes when the gateway's sessions have them; false when they are dropped: there was no room in time, or this silo is no gateway.</summary>
    [ResponseTimeout("00:00:05")]
    Task<bool> Push(GatewayBatch batch);
}

[Reentrant]
internal sealed class GatewayInlet(GrainId id, Silo silo, ILoggerFactory loggers, GatewaySubscriptions here)
    : GrainService(id, silo, loggers), IGatewayInlet
{
    public Task<bool> Push(GatewayBatch batch) => here.Deliver(batch);
}

internal sealed class GatewayInletClient(IServiceProvider services) : GrainServiceClient<IGatewayInlet>(services)
{
    public IGatewayInlet On(SiloAddress gateway) => GetGrainService(gateway);
}
