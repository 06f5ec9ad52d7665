using Messenger.Contracts;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Delivery;

/// <summary>
/// The gateways' streams. A stream has one consumer, the gateway in its name, so nothing lies between a producer and it: <c>OnNextAsync</c> is an awaited
/// call to the gateway's silo, or none where that is this one, and completes when the gateway's observers have taken the batch.
/// </summary>
/// <remarks>
/// A subscription lives in the process of its gateway, exactly as long as the stream: the stream's name holds the start of the silo. No other silo's death
/// can lose it. The publishing side (<see cref="GatewayStreams"/>) bounds what waits, keeps one push in flight and gives up on a gateway that hangs.
/// </remarks>
internal sealed class GatewayStreamProvider(GatewayInletClient inlets, GatewaySubscriptions here) : IStreamProvider
{
    public string Name => GatewayStream.Provider;

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) =>
        new GatewayAsyncStream(streamId, streamId.Equals(here.Stream) ? here : null, inlets) is IAsyncStream<T> stream
            ? stream
            : throw new ArgumentException($"a gateway's stream carries {nameof(GatewayBatch)}", nameof(T));
}

/// <param name="here">Who listens, where this silo is the stream's gateway; else null.</param>
internal sealed class GatewayAsyncStream(StreamId id, GatewaySubscriptions? here, GatewayInletClient inlets) : IAsyncStream<GatewayBatch>
{
    private readonly IGatewayInlet? _inlet = here is null ? inlets.On(GatewayStream.GatewayOf(id)) : null;

    public bool IsRewindable => false;

    public string ProviderName => GatewayStream.Provider;

    public StreamId StreamId => id;

    public async Task OnNextAsync(GatewayBatch item, StreamSequenceToken? token = null)
    {
        if (!await (here is null ? _inlet!.Push(item) : here.Deliver(item)))
        {
            DeliveryMeter.Dropped.Add(item.Events.Length);
        }
    }

    public async Task OnNextBatchAsync(IEnumerable<GatewayBatch> batch, StreamSequenceToken? token = null)
    {
        foreach (var item in batch)
        {
            await OnNextAsync(item, token);
        }
    }

    public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(IAsyncObserver<GatewayBatch> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(
        IAsyncObserver<GatewayBatch> observer, StreamSequenceToken? token, string? filterData = null) =>
        Task.FromResult<StreamSubscriptionHandle<GatewayBatch>>(Here.Add(observer));

    public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(IAsyncBatchObserver<GatewayBatch> observer) => throw Batches();

    public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(IAsyncBatchObserver<GatewayBatch> observer, StreamSequenceToken? token) => throw Batches();

    public Task<IList<StreamSubscriptionHandle<GatewayBatch>>> GetAllSubscriptionHandles() =>
        Task.FromResult<IList<StreamSubscriptionHandle<GatewayBatch>>>([.. Here.All]);

    public Task OnCompletedAsync() => throw new NotSupportedException("a gateway's stream has no end of its own");

    public Task OnErrorAsync(Exception ex) => throw new NotSupportedException("a gateway's stream carries no errors");

    public bool Equals(IAsyncStream<GatewayBatch>? other) => other is GatewayAsyncStream && other.StreamId.Equals(id);

    public override bool Equals(object? obj) => obj is IAsyncStream<GatewayBatch> other && Equals(other);

    public override int GetHashCode() => id.GetHashCode();

    public int CompareTo(IAsyncStream<GatewayBatch>? other) => other is null ? 1 : id.CompareTo(other.StreamId);

    private GatewaySubscriptions Here => here ?? throw new InvalidOperationException("a gateway's stream is heard on its own silo alone");

    private static NotSupportedException Batches() => new("an item is a batch already");
}
