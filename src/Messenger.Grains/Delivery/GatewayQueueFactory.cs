using Messenger.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Delivery;

/// <summary>Puts the provider together for Orleans.</summary>
internal sealed class GatewayQueueFactory(string name, IServiceProvider services) : IQueueAdapterFactory
{
    private readonly SimpleQueueAdapterCache _cache = new(
        new SimpleQueueCacheOptions { CacheSize = GatewayStreamBounds.CachedContainers }, name, services.GetRequiredService<ILoggerFactory>());

    private readonly GatewayQueueMapper _mapper = new(services.GetRequiredService<ILocalSiloDetails>().SiloAddress);

    private readonly Task<IStreamFailureHandler> _failures = Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    public static IQueueAdapterFactory Create(IServiceProvider services, string name) => new GatewayQueueFactory(name, services);

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(new GatewayQueueAdapter(
        name, services.GetRequiredService<GatewayInletClient>(), services.GetRequiredService<GatewayQueue>(),
        GatewayStream.Of(services.GetRequiredService<ILocalSiloDetails>().SiloAddress), services.GetRequiredService<TimeProvider>()));

    public IQueueAdapterCache GetQueueAdapterCache() => _cache;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => _failures;
}

/// <summary>Each gateway's stream has a queue of its own. Only this silo's is ever listed: the others are their silos' matter.</summary>
internal sealed class GatewayQueueMapper(SiloAddress here) : IStreamQueueMapper
{
    public QueueId Mine { get; } = GatewayStream.QueueOf(GatewayStream.Of(here));

    public IEnumerable<QueueId> GetAllQueues() => [Mine];

    public QueueId GetQueueForStream(StreamId streamId) => GatewayStream.QueueOf(streamId);
}

/// <summary>A queue never moves: a gateway pulls its own, other silos pull none.</summary>
internal sealed class GatewayQueueBalancer(bool isGateway) : IStreamQueueBalancer
{
    private QueueId[] _mine = [];

    public Task Initialize(IStreamQueueMapper queueMapper)
    {
        _mine = isGateway ? [.. queueMapper.GetAllQueues()] : [];
        return Task.CompletedTask;
    }

    public Task Shutdown() => Task.CompletedTask;

    public IEnumerable<QueueId> GetMyQueues() => _mine;

    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;

    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;
}
