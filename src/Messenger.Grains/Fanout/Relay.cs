using Messenger.Contracts;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace Messenger.Grains.Fanout;

/// <summary>The relay of this silo.</summary>
[Reentrant]
internal sealed class Relay(GrainId id, Silo silo, ILoggerFactory loggers, UserEndpoints users, HandOvers handOvers) : GrainService(id, silo, loggers), IRelay
{
    public Task<bool[]> Deliver(Immutable<DeliveryRequest[]> requests) => Task.FromResult(Array.ConvertAll(requests.Value, users.TryDeliver));

    public Task Pause(SiloAddress leaving) => handOvers.Pause(leaving);
}

/// <summary>Reaches the relay of a silo.</summary>
internal interface IRelayClient
{
    IRelay On(SiloAddress silo);
}

internal sealed class RelayClient(IServiceProvider services) : GrainServiceClient<IRelay>(services), IRelayClient
{
    public IRelay On(SiloAddress silo) => GetGrainService(silo);
}
