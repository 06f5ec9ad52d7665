using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Delivery;

/// <summary>The senders of this silo, one per gateway it ever published to, until membership declares that gateway dead.</summary>
/// <remarks>It publishes through Orleans' stream interface alone: which provider carries the streams is a matter of registration.</remarks>
internal sealed class GatewayStreams(
    IServiceProvider services, ISiloStatusOracle silos, TimeProvider timeProvider, ILogger<GatewayStreams> logger, ISiloLease? lease = null,
    TaskScheduler? background = null)
    : IGatewayStreams, ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<SiloAddress, Lazy<GatewaySender>> _senders = new();
    private readonly ConcurrentDictionary<Task, byte> _ending = new();

    public void Publish(SiloAddress gateway, GatewayEvent hint)
    {
        if (!_senders.TryGetValue(gateway, out var sender))
        {
            if (silos.IsDeadSilo(gateway))
            {
                DeliveryMeter.Dropped.Add(1);
                return;
            }

            sender = _senders.GetOrAdd(
                gateway, address => new Lazy<GatewaySender>(() => new GatewaySender(address, () => StreamOf(address), timeProvider, logger, lease, background)));
        }

        if (!sender.Value.Offer(hint))
        {
            DeliveryMeter.Dropped.Add(1);
        }
    }

    public bool IsCrowded(SiloAddress gateway) => _senders.TryGetValue(gateway, out var sender) && sender.Value.IsCrowded;

    public Task Room(SiloAddress gateway, int events) => _senders.TryGetValue(gateway, out var sender) ? sender.Value.Room(events) : Task.CompletedTask;

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && _senders.TryRemove(updatedSilo, out var sender))
        {
            End(sender.Value);
        }
    }

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(GatewayStreams),
        ServiceLifecycleStage.RuntimeGrainServices,
        _ =>
        {
            silos.SubscribeToSiloStatusEvents(this);
            return Task.CompletedTask;
        },
        async _ =>
        {
            silos.UnSubscribeFromSiloStatusEvents(this);
            foreach (var gateway in _senders.Keys)
            {
                if (_senders.TryRemove(gateway, out var sender))
                {
                    End(sender.Value);
                }
            }

            await Task.WhenAll(_ending.Keys);
        });

    private void End(GatewaySender sender)
    {
        var end = sender.DisposeAsync().AsTask();
        _ending.TryAdd(end, 0);
        end.ContinueWith(done => _ending.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private IAsyncStream<GatewayBatch> StreamOf(SiloAddress gateway) =>
        services.GetRequiredKeyedService<IStreamProvider>(GatewayStream.Provider).GetStream<GatewayBatch>(GatewayStream.Of(gateway));
}
