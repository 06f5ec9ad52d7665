using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Gateway.Delivery;

/// <summary>
/// Listens to this gateway's stream, and watches that it is heard: a heartbeat goes through the stream like any event,
/// and when it stays away the subscription is made anew.
/// </summary>
public sealed class StreamListener : IAsyncBatchObserver<GatewayBatch>, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    /// <summary>Between two heartbeats.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Silence that long means that nobody sends to us any more: two beats may be lost.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider services;
    private readonly Subscriptions sessions;
    private readonly IGatewayStreams streams;
    private readonly LeaseKeeper leases;
    private readonly TimeProvider time;
    private readonly ILogger<StreamListener> log;
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private long heard;

    public StreamListener(
        IServiceProvider services, Subscriptions sessions, IGatewayStreams streams, LeaseKeeper leases, TimeProvider time, ILogger<StreamListener> log)
    {
        (this.services, this.sessions, this.streams, this.leases, this.time, this.log) = (services, sessions, streams, leases, time, log);
    }

    /// <summary>Whether something was heard on the stream lately: notifications come at once. False is slow, not wrong.</summary>
    public bool Hears => Volatile.Read(ref heard) is var at && at != 0 && time.GetElapsedTime(at) < Silence;

    /// <summary>Whether it ever listened: before that nothing reaches its connections at once.</summary>
    public bool HasListened => Volatile.Read(ref heard) != 0;

    public Task OnNextAsync(IList<SequentialItem<GatewayBatch>> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Volatile.Write(ref heard, time.GetTimestamp());
        foreach (var item in items)
        {
            sessions.Receive(item.Item);
        }

        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        DeliveryLog.StreamError(log, ex);
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    /// <summary>Listens once the pulling agents run, and stops before they do.</summary>
    public void Participate(ISiloLifecycle observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observer.Subscribe(nameof(StreamListener), ServiceLifecycleStage.Active + 1, Start, Stop);
    }

    public ValueTask DisposeAsync()
    {
        stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task Start(CancellationToken cancellation)
    {
        await Subscribe();
        using (ExecutionContext.SuppressFlow())
        {
            loop = Task.Run(() => Task.WhenAll(Watch(), leases.Run(stopping.Token)), CancellationToken.None);
        }
    }

    private async Task Stop(CancellationToken impatient)
    {
        await stopping.CancelAsync();
        await loop;
        try
        {
            await Unsubscribe().WaitAsync(impatient);
        }
#pragma warning disable CA1031 // The row is taken out when membership declares this silo dead.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeliveryLog.StreamError(log, e);
        }
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            do
            {
                if (!Hears)
                {
                    DeliveryLog.HeartbeatMissed(log);
                    DeliveryMeter.Resubscribed.Add(1);
                    await Subscribe();
                }

                streams.Publish(sessions.Gateway, new GatewayEvent(GatewayStream.Heartbeat, 0, 0, null, CloseCode.None));
            }
            while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stop() asked for it.
        }
    }

    private async Task Subscribe()
    {
        try
        {
            await Unsubscribe();
            await Mine().SubscribeAsync(this);

            // The silence before is no news about this subscription.
            Volatile.Write(ref heard, time.GetTimestamp());
            DeliveryLog.Subscribed(log);
        }
#pragma warning disable CA1031 // Tried again at the next beat.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeliveryLog.SubscribeFailed(log, e);
        }
    }

    private async Task Unsubscribe()
    {
        foreach (var handle in await Mine().GetAllSubscriptionHandles())
        {
            await handle.UnsubscribeAsync();
        }
    }

    private IAsyncStream<GatewayBatch> Mine() =>
        services.GetRequiredKeyedService<IStreamProvider>(GatewayStream.Provider).GetStream<GatewayBatch>(GatewayStream.Of(sessions.Gateway));
}
