using System.Threading.Channels;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains.Devices;

/// <summary>Puts the pushes of this silo's devices into the store, many in one transaction.</summary>
/// <remarks>
/// A device's notifications count as handed over only when the pushes they deserve are on disk. So whoever dies, either the push is there,
/// or the log still remembers that the conversation is unsettled, and whoever takes over wakes its people.
/// Not a <see cref="Messenger.Ports.Flow.Coalescer{TItem, TResult}"/>: a batch is tried again until the store takes it, and what waits is bounded here.
/// </remarks>
internal sealed class PushQueue(IPushStore store, TimeProvider timeProvider, ILogger<PushQueue> logger, TaskScheduler? background = null) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>A burst to a large group; who brings more waits for room.</summary>
    public const int Capacity = 16 * 1024;

    /// <summary>Rows of one transaction: some milliseconds.</summary>
    private const int Batch = 500;

    /// <summary>The store is asked again after this: it comes back within seconds, and callers wait.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private readonly Channel<(QueuedPush Push, TaskCompletionSource Kept)> _queue =
        Channel.CreateBounded<(QueuedPush, TaskCompletionSource)>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Runs after a batch came into the store.</summary>
    public Action Arrived { get; set; } = static () => { };

    /// <summary>Completes when the push is on disk.</summary>
    /// <param name="due">Not before this time.</param>
    /// <param name="expires">Not from this time on; null: whenever.</param>
    /// <exception cref="StoreUnavailableException">It is not, and this silo stops.</exception>
    public async Task Keep(string device, string applicationType, Guid conversation, string? message, long due, long? expires = null)
    {
        var now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _queue.Writer.WriteAsync((new QueuedPush(Guid.NewGuid(), device, applicationType, conversation, message, now, due) { Expires = expires }, kept));
        }
        catch (ChannelClosedException)
        {
            throw Stopped();
        }

        await kept.Task;
    }

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(PushQueue), ServiceLifecycleStage.ApplicationServices, _ => Start(), Stop);

    public void Dispose() => _stopping.Dispose();

    private Task Start()
    {
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background ?? TaskScheduler.Default).Unwrap();
        return Task.CompletedTask;
    }

    /// <summary>What is queued is still put away while the silo's own stop has patience.</summary>
    private async Task Stop(CancellationToken impatient)
    {
        _queue.Writer.TryComplete();
        await using (impatient.Register(_stopping.Cancel))
        {
            await _loop;
        }
    }

    private async Task Run()
    {
        var batch = new List<(QueuedPush Push, TaskCompletionSource Kept)>(Batch);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < Batch && _queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await Put(batch);
        }
    }

    private async Task Put(List<(QueuedPush Push, TaskCompletionSource Kept)> batch)
    {
        while (true)
        {
            try
            {
                await store.Put([.. batch.Select(one => one.Push)]);
                batch.ForEach(one => one.Kept.SetResult());
                Arrived();
                return;
            }
            catch (StoreUnavailableException fault)
            {
                DeviceLog.PushesNotQueued(logger, fault);
            }
#pragma warning disable CA1031 // A batch that the store cannot take must not end everybody's pushes: those who brought it are told.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                DeviceLog.PushesNotQueued(logger, fault);
                batch.ForEach(one => one.Kept.SetException(new StoreUnavailableException("a push could not be queued", fault)));
                return;
            }

            try
            {
                await Task.Delay(Retry, timeProvider, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                batch.ForEach(one => one.Kept.SetException(Stopped()));
                return;
            }
        }
    }

    private static StoreUnavailableException Stopped() => new("this silo stops, and the push is not queued");
}
