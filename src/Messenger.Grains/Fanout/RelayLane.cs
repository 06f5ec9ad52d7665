using System.Diagnostics;
using Messenger.Contracts;
using Orleans.Concurrency;

namespace Messenger.Grains.Fanout;

/// <summary>The way to the relay of one silo.</summary>
/// <remarks>
/// Any thread. What waits is bounded by those who send: a conversation has one delivery request for each user under way. At rest it has no task.
/// </remarks>
/// <param name="background">Where it calls; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
internal sealed class RelayLane(IRelay relay, TaskScheduler? background = null) : IThreadPoolWorkItem
{
    /// <summary>Consignments in one call: past some hundreds a bigger one is only later.</summary>
    private const int MaxBatch = 512;

    /// <summary>Bytes of one call, about.</summary>
    private const int MaxBatchBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<(DeliveryRequest Consignment, TaskCompletionSource<bool> Outcome)> _waiting = new();
    private bool _busy;

    public Task<bool> Deliver(DeliveryRequest request)
    {
        var outcome = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue((request, outcome));
            if (!_busy)
            {
                _busy = true;

                // Not from here: whoever asks is in a turn of its grain, which must not carry what others ask.
                if (background is null)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
                }
                else
                {
                    _ = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background);
                }
            }
        }

        return outcome.Task;
    }

    void IThreadPoolWorkItem.Execute() => _ = Run();

    /// <summary>Calls until nothing waits. Owned by <see cref="busy"/>; a call that fails fails what was in it, and nothing else.</summary>
    private async Task Run()
    {
        while (Take() is { } batch)
        {
            try
            {
                var outcomes = await relay.Deliver(Array.ConvertAll(batch, one => one.Consignment).AsImmutable());
                Debug.Assert(outcomes.Length == batch.Length, "an outcome for each");
                for (var i = 0; i < batch.Length; i++)
                {
                    batch[i].Outcome.SetResult(outcomes[i]);
                }
            }
#pragma warning disable CA1031 // It goes to whoever waits for it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Array.ForEach(batch, one => one.Outcome.TrySetException(fault));
            }
        }
    }

    /// <summary>The next call's; null, and it rests.</summary>
    private (DeliveryRequest Consignment, TaskCompletionSource<bool> Outcome)[]? Take()
    {
        lock (_gate)
        {
            var (count, bytes) = (0, 0);
            foreach (var (request, _) in _waiting)
            {
                if (count == MaxBatch || bytes > MaxBatchBytes)
                {
                    break;
                }

                count++;
                bytes += request.Weight;
            }

            _busy = count > 0;
            if (!_busy)
            {
                return null;
            }

            var batch = new (DeliveryRequest, TaskCompletionSource<bool>)[count];
            for (var i = 0; i < count; i++)
            {
                batch[i] = _waiting.Dequeue();
            }

            return batch;
        }
    }
}
