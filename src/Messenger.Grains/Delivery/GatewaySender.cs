using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Delivery;

/// <summary>The way from this silo to one gateway: a bounded queue and a loop with one push in flight, which keeps the order.</summary>
internal sealed class GatewaySender : IAsyncDisposable
{
    /// <summary>While this silo's lease is in question: it is renewed as often.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(500);

    private readonly EventQueue _queue = new(GatewayStreamBounds.QueuedEvents);
    private readonly SiloAddress _gateway;
    private readonly ISiloLease? _lease;
    private readonly Func<IAsyncStream<GatewayBatch>> _stream;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private readonly TaskScheduler _background;
    private IAsyncStream<GatewayBatch>? _target;
    private volatile bool _suspect;

    /// <param name="background">Where the loop runs; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
    public GatewaySender(
        SiloAddress gateway, Func<IAsyncStream<GatewayBatch>> stream, TimeProvider timeProvider, ILogger logger, ISiloLease? lease, TaskScheduler? background = null)
    {
        (_gateway, _stream, _timeProvider, _logger, _lease) = (gateway, stream, timeProvider, logger, lease);
        _background = background ?? TaskScheduler.Default;

        // The loop outlives the call that happened to need it first: it must not keep that call's context.
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Start(Run).Unwrap();
        }
    }

    /// <summary>Queues an event without waiting; false when it was dropped.</summary>
    public bool Offer(in GatewayEvent hint) => !_suspect && _queue.TryAdd(hint);

    /// <inheritdoc cref="EventQueue.IsCrowded"/>
    public bool IsCrowded => _queue.IsCrowded;

    /// <summary>Completes when the queue is not crowded, or after a while: a gateway that takes nothing is suspected, and its queue emptied.</summary>
    public Task Room(int events) => _queue.Relief(events) is { IsCompleted: false } relief ? Held(relief) : Task.CompletedTask;

    private async Task Held(Task relief) => await Awaited(relief).WaitAsync(GatewayStreamBounds.Timeout, _timeProvider)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>A time-out put on a task that runs its continuations elsewhere goes through the thread pool; on this one it does not.</summary>
    private static async Task Awaited(Task task) => await task;

    private Task<T> Start<T>(Func<T> action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _background);

    /// <summary>Ends the loop; what is queued is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        // First of all: the loop asks a queue that is complete again and again, until it is told to end.
        await Start(() =>
        {
            _stopping.Cancel();
            return true;
        });
        _queue.Complete();
        _queue.Clear();
        await _loop;
        _stopping.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                await _queue.Arrival();
                while (!_stopping.IsCancellationRequested && _queue.TryTake() is { } events)
                {
                    await Push(events);
                }
            }
        }
#pragma warning disable CA1031 // DisposeAsync() asked for the end; how the last push ended does not matter any more.
        catch (Exception) when (_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
        }
    }

    private async Task Push(GatewayEvent[] events)
    {
        while (_lease?.IsHeld == false)
        {
            // What waits here may be of an inbox that lives elsewhere by now.
            await Task.Delay(Recheck, _timeProvider, _stopping.Token);
        }

        var steps = Traces.Push(events);
        try
        {
            _target ??= _stream();
            await _target.OnNextAsync(new GatewayBatch(events) { More = !_queue.IsEmpty }).WaitAsync(GatewayStreamBounds.PushTimeout, _timeProvider, _stopping.Token);
            DeliveryMeter.Published.Add(events.Length);
            Traces.End(steps);
        }
#pragma warning disable CA1031 // Whatever fails, the consequence is the same: these hints are lost, and the gateway is left alone for a while.
        catch (Exception e) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _suspect = true;
            Traces.End(steps);
            var dropped = events.Length + _queue.Clear();
            DeliveryMeter.Dropped.Add(dropped);
            DeliveryLog.GatewaySuspected(_logger, _gateway, dropped, e.Message);
            await Task.Delay(GatewayStreamBounds.SuspectTime, _timeProvider, _stopping.Token);
            _suspect = false;
        }
    }
}
