using Messenger.Contracts;
using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Grains.Delivery;

/// <summary>Who listens to the stream of the gateway on this silo; nobody on a silo that is no gateway, and before its sockets open.</summary>
/// <remarks>Any thread. One batch after another: a producer that gave up on a batch may send the next one while an observer still works on it.</remarks>
internal sealed class GatewaySubscriptions(StreamId stream, TimeProvider timeProvider) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile GatewaySubscription[] _all = [];

    public StreamId Stream => stream;

    public IReadOnlyList<GatewaySubscription> All => _all;

    public GatewaySubscription Add(IAsyncObserver<GatewayBatch> observer)
    {
        var added = new GatewaySubscription(this, observer);
        lock (_turn)
        {
            _all = [.. _all, added];
        }

        return added;
    }

    public void Remove(GatewaySubscription subscription)
    {
        lock (_turn)
        {
            _all = [.. _all.Where(one => one != subscription)];
        }
    }

    /// <summary>Completes when every observer has taken the batch. False, and it is lost: nobody listens, or those before it take too long.</summary>
    public async Task<bool> Deliver(GatewayBatch batch)
    {
        if (_all.Length == 0
            || (!_turn.Wait(0, CancellationToken.None) && !await Turn()))
        {
            return false;
        }

        try
        {
            var taken = true;
            foreach (var subscription in _all)
            {
                taken &= await subscription.TryNext(batch);
            }

            return taken;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> Turn()
    {
        using var limit = new CancellationTokenSource(GatewayStreamBounds.RoomTimeout, timeProvider);
        try
        {
            await _turn.WaitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>One listener of this silo's stream.</summary>
internal sealed class GatewaySubscription(GatewaySubscriptions owner, IAsyncObserver<GatewayBatch> observer) : StreamSubscriptionHandle<GatewayBatch>
{
    public override StreamId StreamId => owner.Stream;

    public override string ProviderName => GatewayStream.Provider;

    public override Guid HandleId { get; } = Guid.NewGuid();

    /// <summary>False: the observer failed, and was told so. That is no fault of the gateway's silo, which goes on.</summary>
    public async ValueTask<bool> TryNext(GatewayBatch batch)
    {
        try
        {
            await observer.OnNextAsync(batch);
            return true;
        }
#pragma warning disable CA1031 // Whatever it is, it is the observer's, which logs it; the events of the batch are fetched by their sessions.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await observer.OnErrorAsync(e);
            return false;
        }
    }

    public override Task UnsubscribeAsync()
    {
        owner.Remove(this);
        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<GatewayBatch>> ResumeAsync(IAsyncObserver<GatewayBatch> observer, StreamSequenceToken? token = null)
    {
        owner.Remove(this);
        return Task.FromResult<StreamSubscriptionHandle<GatewayBatch>>(owner.Add(observer));
    }

    public override Task<StreamSubscriptionHandle<GatewayBatch>> ResumeAsync(IAsyncBatchObserver<GatewayBatch> observer, StreamSequenceToken? token = null) =>
        throw new NotSupportedException("an item is a batch already");

    public override bool Equals(StreamSubscriptionHandle<GatewayBatch>? other) => ReferenceEquals(this, other);
}
