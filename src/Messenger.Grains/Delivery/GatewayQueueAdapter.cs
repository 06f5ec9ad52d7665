using Messenger.Contracts;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Delivery;

/// <summary>The producing side of the stream provider: a batch is an awaited call to the gateway's silo, or none where that is this one.</summary>
internal sealed class GatewayQueueAdapter(string name, GatewayInletClient inlets, GatewayQueue queue, StreamId here, TimeProvider timeProvider) : IQueueAdapter
{
    public string Name => name;

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public async Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext)
    {
        foreach (var item in events)
        {
            if (item is not GatewayBatch batch)
            {
                throw new ArgumentException($"a gateway's stream carries {nameof(GatewayBatch)}", nameof(events));
            }

            if (!await Push(streamId, batch))
            {
                DeliveryMeter.Dropped.Add(batch.Events.Length);
            }
        }
    }

    private Task<bool> Push(StreamId stream, GatewayBatch batch) => stream.Equals(here)
        ? queue.Events.Add(batch.Events, GatewayStreamBounds.RoomTimeout, timeProvider)
        : inlets.On(GatewayStream.GatewayOf(stream)).Push(batch);

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new GatewayQueueReceiver(queue.Events, here, timeProvider);
}

/// <summary>The consuming side: a long poll of the gateway's queue, all that is there in one container.</summary>
internal sealed class GatewayQueueReceiver(EventQueue queue, StreamId stream, TimeProvider timeProvider) : IQueueAdapterReceiver, IDisposable
{
    private readonly CancellationTokenSource _shutdown = new();
    private long _sequence;

    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (queue.TryTake(GatewayStreamBounds.ContainerEvents) is not { } events)
        {
            // Both end the wait: the agent's token when the timer stops, Shutdown() when the queue is handed back.
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _shutdown.Token);
            await queue.Arrival().WaitAsync(GatewayStreamBounds.LongPoll, timeProvider, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            events = queue.TryTake(GatewayStreamBounds.ContainerEvents);
        }

        return events is null ? [] : [new GatewayContainer(stream, ++_sequence, new GatewayBatch(events) { More = !queue.IsEmpty })];
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout)
    {
        _shutdown.Cancel();
        return Task.CompletedTask;
    }

    public void Dispose() => _shutdown.Dispose();
}

/// <summary>One pull's events as the stream layer sees them. It never leaves the silo. Tokens increase strictly.</summary>
[GenerateSerializer, Immutable]
internal sealed class GatewayContainer(StreamId stream, long sequence, GatewayBatch batch) : IBatchContainer
{
    [Id(0)]
    public StreamId StreamId { get; } = stream;

    [Id(1)]
    public long Sequence { get; } = sequence;

    [Id(2)]
    public GatewayBatch Batch { get; } = batch;

    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(Sequence);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [Tuple.Create((T)(object)Batch, SequenceToken)];

    public bool ImportRequestContext() => false;
}
