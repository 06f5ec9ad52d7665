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

    private readonly EventQueue queue = new(GatewayStreamBounds.QueuedEvents);
    private readonly SiloAddress gateway;
    private readonly ISiloLease? lease;
    private readonly Func<IAsyncStream<GatewayBatch>> stream;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;
    private readonly TaskScheduler background;
    private IAsyncStream<GatewayBatch>? target;
    private volatile bool suspect;

    /// <param name="background">Where the loop runs; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
    public GatewaySender(
        SiloAddress gateway, Func<IAsyncStream<GatewayBatch>> stream, TimeProvider time, ILogger log, ISiloLease? lease, TaskScheduler? background = null)
    {
        (this.gateway, this.stream, this.time, this.log, this.lease) = (gateway, stream, time, log, lease);
        this.background = background ?? TaskScheduler.Default;

        // The loop outlives the call that happened to need it first: it must not keep that call's context.
        using (ExecutionContext.SuppressFlow())
        {
            loop = Start(Run).Unwrap();
        }
    }

    /// <summary>Queues an event without waiting; false when it was dropped.</summary>
    public bool Offer(in GatewayEvent hint) => !suspect && queue.TryAdd(hint);

    /// <inheritdoc cref="EventQueue.IsCrowded"/>
    public bool IsCrowded => queue.IsCrowded;

    /// <summary>Completes when the queue is not crowded, or after a while: a gateway that takes nothing is suspected, and its queue emptied.</summary>
    public Task Room(int events) => queue.Relief(events) is { IsCompleted: false } relief ? Held(relief) : Task.CompletedTask;

    private async Task Held(Task relief) => await Awaited(relief).WaitAsync(GatewayStreamBounds.Patience, time)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>A time-out put on a task that runs its continuations elsewhere goes through the thread pool; on this one it does not.</summary>
    private static async Task Awaited(Task task) => await task;

    private Task<T> Start<T>(Func<T> action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background);

    /// <summary>Ends the loop; what is queued is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        // First of all: the loop asks a queue that is complete again and again, until it is told to end.
        await Start(() =>
        {
            stopping.Cancel();
            return true;
        });
        queue.Complete();
        queue.Clear();
        await loop;
        stopping.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await queue.Arrival();
                while (!stopping.IsCancellationRequested && queue.TryTake() is { } events)
                {
                    await Push(events);
                }
            }
        }
#pragma warning disable CA1031 // DisposeAsync() asked for the end; how the last push ended does not matter any more.
        catch (Exception) when (stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
        }
    }

    private async Task Push(GatewayEvent[] events)
    {
        while (lease?.IsHeld == false)
        {
            // What waits here may be of an inbox that lives elsewhere by now.
            await Task.Delay(Recheck, time, stopping.Token);
        }

        var steps = Traces.Push(events);
        try
        {
            target ??= stream();
            await target.OnNextAsync(new GatewayBatch(events)).WaitAsync(GatewayStreamBounds.PushTimeout, time, stopping.Token);
            DeliveryMeter.Published.Add(events.Length);
            Traces.End(steps);
        }
#pragma warning disable CA1031 // Whatever fails, the consequence is the same: these hints are lost, and the gateway is left alone for a while.
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            suspect = true;
            Traces.End(steps);
            var dropped = events.Length + queue.Clear();
            DeliveryMeter.Dropped.Add(dropped);
            DeliveryLog.GatewaySuspected(log, gateway, dropped, e.Message);
            await Task.Delay(GatewayStreamBounds.SuspectTime, time, stopping.Token);
            suspect = false;
        }
    }
}
