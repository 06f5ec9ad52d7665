using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams.Core;

namespace Messenger.Grains.Delivery;

/// <summary>Takes the subscription of a dead silo's stream out of the durable PubSub store, once membership declares the silo dead.</summary>
/// <remarks>
/// Every survivor sees the death, the one with the least address tidies up. Should that one die too the row stays:
/// nothing ever reads it again, for a restarted gateway has another stream.
/// </remarks>
internal sealed class DeadGateways(IStreamSubscriptionManagerAdmin subscriptions, ISiloStatusOracle silos, ClusterView cluster, TimeProvider timeProvider, ILogger<DeadGateways> logger)
    : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int Tries = 10;

    /// <summary>
    /// Before each try: the cluster takes some seconds to settle after a death. What is sent to a silo that is just leaving is not answered, and the row's
    /// grain would wait for that up to its time-out, and the stop of this silo for the grain.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task _tidying = Task.CompletedTask;

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && cluster.Leads())
        {
            lock (_gate)
            {
                var before = _tidying;
                _tidying = Task.Run(async () =>
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
            await _stopping.CancelAsync();
            await _tidying.WaitAsync(impatient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });

    public void Dispose() => _stopping.Dispose();

    private async Task Tidy(StreamId stream)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            await Task.Delay(Pause, timeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            try
            {
                // The row's grain may wait for the dead silo's answer till its time-out: a stop does not wait for that.
                _stopping.Token.ThrowIfCancellationRequested();
                await Remove(stream).WaitAsync(_stopping.Token);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The grain of the row may have lived on the dead silo itself: it is asked again. A row that stays harms nobody.
            catch (Exception e)
#pragma warning restore CA1031
            {
                DeliveryLog.RowStays(logger, attempt, e.Message);
            }
        }
    }

    private async Task Remove(StreamId stream)
    {
        var manager = subscriptions.GetStreamSubscriptionManager(StreamSubscriptionManagerType.ExplicitSubscribeOnly);
        foreach (var subscription in await manager.GetSubscriptions(GatewayStream.Provider, stream))
        {
            await manager.RemoveSubscription(GatewayStream.Provider, stream, subscription.SubscriptionId);
        }

        // Removing what is not there makes the row's grain notice that its producer is dead, and then that nothing is left to keep.
        await manager.RemoveSubscription(GatewayStream.Provider, stream, Guid.Empty);
        await manager.RemoveSubscription(GatewayStream.Provider, stream, Guid.Empty);
    }
}
