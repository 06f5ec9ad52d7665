using System.Threading.Channels;
using Messenger.Ports;
using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Pushes;

/// <summary>The pushes of one provider: claimed, sent and concluded by themselves, so that a provider that is slow or away holds up its own alone.</summary>
/// <remarks>
/// Up to <see cref="MaxConcurrency"/> are on their way. What became of one is written as soon as the store has written what became of those before, many at once: a
/// process that dies repeats what was on its way and what its last statement held.
/// </remarks>
internal sealed class PushLane : IDisposable
{
    /// <summary>Another process' pushes, and those whose time comes, are found within this.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    /// <summary>Longer than a push can take (ten seconds at its provider, and the calls before and after): who holds a claim is alive or dead, never merely slow.</summary>
    internal static readonly TimeSpan ClaimLife = TimeSpan.FromSeconds(30);

    /// <summary>Calls to the provider under way: both speak HTTP/2 and want few connections with much on them.</summary>
    private const int MaxConcurrency = 50;

    /// <summary>Claimed at once at least, unless fewer wait: a statement for each push would be more work than the push.</summary>
    private const int LeastClaim = MaxConcurrency / 2;

    private readonly IPushStore _store;
    private readonly PushFilter _filter;
    private readonly Func<IReadOnlyList<string>> _held;
    private readonly Func<QueuedPush, CancellationToken, Task<long?>> _tend;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _room = new(MaxConcurrency);
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>No more than are on their way.</summary>
    private readonly Channel<(Guid Id, long? Due)> _concluded = Channel.CreateUnbounded<(Guid, long?)>(new UnboundedChannelOptions { SingleReader = true });

    /// <param name="held">Types that are held back now.</param>
    /// <param name="tend">Sends one, if it is still wanted. Null when it is done with, else when it is due again. Throws for its cancellation alone.</param>
    public PushLane(
        IPushStore store, PushFilter filter, Func<IReadOnlyList<string>> held, Func<QueuedPush, CancellationToken, Task<long?>> tend, TimeProvider timeProvider, ILogger logger) =>
        (_store, _filter, _held, _tend, _timeProvider, _logger) = (store, filter, held, tend, timeProvider, logger);

    private long Now => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>After <see cref="Run"/>.</summary>
    public void Dispose() => _room.Dispose();

    /// <summary>Something was queued; it need not be this queue's.</summary>
    public void Arrived() => _arrivals.Writer.TryWrite(true);

    /// <summary>Until it is cancelled; what was sent by then is written down before it returns.</summary>
    public async Task Run(CancellationToken stopping)
    {
        var writing = Write();
        var sending = new List<Task>();
        try
        {
            while (true)
            {
                sending.RemoveAll(task => task.IsCompleted);
                var claimed = await Claim(stopping);
                sending.AddRange(claimed.Select(push => Send(push, stopping)));
                if (claimed.Count == 0)
                {
                    await Pause(stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: what is left is another's, or the next start's.
        }
        finally
        {
            await Task.WhenAll(sending);
            _concluded.Writer.Complete();
            await writing;
        }
    }

    /// <summary>As many as there is room for; each has its place when this returns.</summary>
    private async Task<IReadOnlyList<QueuedPush>> Claim(CancellationToken stopping)
    {
        var places = 0;
        try
        {
            while (places < LeastClaim || (places < MaxConcurrency && _room.CurrentCount > 0))
            {
                await _room.WaitAsync(stopping);
                places++;
            }

            var now = Now;
            var claimed = await _store.Claim(places, now, now + (long)ClaimLife.TotalMilliseconds, _filter with { Held = _held() });
            places -= claimed.Count;
            return claimed;
        }
        catch (StoreUnavailableException fault)
        {
            PushLog.QueueAway(_logger, fault);
            return [];
        }
        finally
        {
            if (places > 0)
            {
                _room.Release(places);
            }
        }
    }

    private async Task Send(QueuedPush push, CancellationToken stopping)
    {
        try
        {
            _concluded.Writer.TryWrite((push.Id, await _tend(push, stopping)));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Its claim runs out.
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>One statement after the other, with all that came meanwhile.</summary>
    private async Task Write()
    {
        while (await _concluded.Reader.WaitToReadAsync())
        {
            var (done, later) = (new List<Guid>(), new List<(Guid, long)>());
            while (_concluded.Reader.TryRead(out var one))
            {
                if (one.Due is { } due)
                {
                    later.Add((one.Id, due));
                }
                else
                {
                    done.Add(one.Id);
                }
            }

            try
            {
                await _store.Done(done);
                await _store.Postpone(later);
            }
            catch (StoreUnavailableException fault)
            {
                // Their claims run out, and they go once more: the provider and the phone replace the one before.
                PushLog.QueueAway(_logger, fault);
            }
        }
    }

    private async Task Pause(CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var arrived = _arrivals.Reader.ReadAsync(waiting.Token).AsTask();
        await Task.WhenAny(arrived, Task.Delay(PollInterval, _timeProvider, waiting.Token));
        await waiting.CancelAsync();
        await ((Task)arrived).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
