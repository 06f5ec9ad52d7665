using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams.Core;

namespace Messenger.Grains.Delivery;

/// <summary>Takes the subscription of a dead silo's stream out of the durable PubSub store, once membership declares the silo dead.</summary>
/// <remarks>
/// Every survivor sees the death, the one with the least address tidies up. Should that one die too the row stays:
/// nothing ever reads it again, for a restarted gateway has another stream.
/// </remarks>
internal sealed class DeadGateways(IStreamSubscriptionManagerAdmin subscriptions, ISiloStatusOracle silos, ILogger<DeadGateways> log)
    : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Lock gate = new();
    private Task tidying = Task.CompletedTask;

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Min() is { } first && first.Equals(silos.SiloAddress))
        {
            lock (gate)
            {
                var before = tidying;
                tidying = Task.Run(async () =>
                {
                    await before;
                    await Tidy(GatewayStream.Of(updatedSilo));
                });
            }
        }
    }

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DeadGateways),
        ServiceLifecycleStage.Active,
        _ =>
        {
            silos.SubscribeToSiloStatusEvents(this);
            return Task.CompletedTask;
        },
        async impatient =>
        {
            silos.UnSubscribeFromSiloStatusEvents(this);
            await tidying.WaitAsync(impatient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });

    private async Task Tidy(StreamId stream)
    {
        try
        {
            var manager = subscriptions.GetStreamSubscriptionManager(StreamSubscriptionManagerType.ExplicitSubscribeOnly);
            foreach (var subscription in await manager.GetSubscriptions(GatewayStream.Provider, stream))
            {
                await manager.RemoveSubscription(GatewayStream.Provider, stream, subscription.SubscriptionId);
            }
        }
#pragma warning disable CA1031 // A row that stays harms nobody; it is only said.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeliveryLog.RowStays(log, e);
        }
    }
}
