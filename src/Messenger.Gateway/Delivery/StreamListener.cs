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
public sealed class StreamListener : IAsyncObserver<GatewayBatch>, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    /// <summary>Between two heartbeats.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Silence that long means that nobody sends to us any more: two beats may be lost.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider _services;
    private readonly Subscriptions _sessions;
    private readonly IGatewayStreams _streams;
    private readonly LeaseKeeper _leases;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<StreamListener> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private long _heard;

    public StreamListener(
        IServiceProvider services, Subscriptions sessions, IGatewayStreams streams, LeaseKeeper leases, TimeProvider timeProvider, ILogger<StreamListener> logger)
    {
        (_services, _sessions, _streams, _leases, _timeProvider, _logger) = (services, sessions, streams, leases, timeProvider, logger);
    }

    /// <summary>Whether something was heard on the stream lately: notifications come at once. False is slow, not wrong.</summary>
    public bool Hears => Volatile.Read(ref _heard) is var at && at != 0 && _timeProvider.GetElapsedTime(at) < Silence;

    /// <summary>Whether it ever listened: before that nothing reaches its connections at once.</summary>
    public bool HasListened => Volatile.Read(ref _heard) != 0;

    public Task OnNextAsync(GatewayBatch item, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(item);
        Volatile.Write(ref _heard, _timeProvider.GetTimestamp());
        _sessions.Receive(item);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        DeliveryLog.StreamError(_logger, ex);
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    /// <summary>Listens once the silo is active, and stops before it leaves.</summary>
    public void Participate(ISiloLifecycle observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observer.Subscribe(nameof(StreamListener), ServiceLifecycleStage.Active + 1, Start, Stop);
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task Start(CancellationToken cancellation)
    {
        await Subscribe();
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(() => Task.WhenAll(Supervise(), _leases.Run(_stopping.Token)), CancellationToken.None);
        }
    }

    private async Task Stop(CancellationToken impatient)
    {
        await _stopping.CancelAsync();
        await _loop;
        try
        {
            await Unsubscribe().WaitAsync(impatient);
        }
#pragma warning disable CA1031 // The row is taken out when membership declares this silo dead.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeliveryLog.StreamError(_logger, e);
        }
    }

    private async Task Supervise()
    {
        using var timer = new PeriodicTimer(Beat, _timeProvider);
        try
        {
            do
            {
                if (!Hears)
                {
                    DeliveryLog.HeartbeatMissed(_logger);
                    DeliveryMeter.Resubscribed.Add(1);
                    await Subscribe();
                }

                _streams.Publish(_sessions.Gateway, new GatewayEvent(GatewayStream.Heartbeat, 0, 0, null, CloseCode.None));
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
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
            Volatile.Write(ref _heard, _timeProvider.GetTimestamp());
            DeliveryLog.Subscribed(_logger);
        }
#pragma warning disable CA1031 // Tried again at the next beat.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeliveryLog.SubscribeFailed(_logger, e);
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
        _services.GetRequiredKeyedService<IStreamProvider>(GatewayStream.Provider).GetStream<GatewayBatch>(GatewayStream.Of(_sessions.Gateway));
}
