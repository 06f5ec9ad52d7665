using Orleans;
using Orleans.Runtime;

namespace Messenger.Contracts.Placement;

/// <summary>
/// How a worker's actors leave when it stops. They wait as long as there is somebody to tell what they still have to tell: what was not told is doubted, and each
/// device that might have missed something resynchronises, as after a crash. And the silo waits for what the others sent here and was passed on.
/// </summary>
/// <param name="timeProvider">The system's clock, as Orleans' own limits go by it.</param>
/// <param name="futile">Nothing that is told now can be settled, because the store is away.</param>
/// <param name="handedOver">Asks the other workers to send nothing more by way of this silo; completes when what they have under way is over.</param>
internal sealed class SiloStop(ClusterView cluster, TimeProvider timeProvider, Func<bool> futile, Func<Task> handedOver) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>
    /// Without another worker, as when all stop together, or without the store: a hand-over takes milliseconds, and what takes longer has nowhere to go. It
    /// stays in the log's journal, which the next activation reads before it tells anything.
    /// </summary>
    internal static readonly TimeSpan WithNobody = TimeSpan.FromSeconds(3);

    /// <summary>
    /// In all. The actors of a full worker come up elsewhere within a second or two on a machine that has room, and within ten on one that has not. Shorter than
    /// Orleans' own limit for an actor that leaves (30 s), and than the host's (90 s).
    /// </summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>No actor has begun to leave for so long, and none is leaving: all have left.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <summary>An actor that comes up elsewhere reads its state, which has five seconds.</summary>
    internal static readonly TimeSpan LongestHandOver = TimeSpan.FromSeconds(5);

    /// <summary>That in which the actors leave: in the one below it the silo forgets where actors live, and can pass nothing on any more.</summary>
    private const int AsTheActorsLeave = ServiceLifecycleStage.BecomeActive - 1;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _over = new();
    private ITimer? _timer;
    private bool _ended;
    private long _began;
    private long? _withNobodySince;
    private int _leaving;
    private long _last;

    /// <summary>The store is away: whatever needs it is not waited for.</summary>
    public bool IsFutile => futile();

    private bool IsAlone => !cluster.Others(SiloRoles.Worker).Any();

    /// <summary>An actor leaves, until the answer is disposed of. Its token ends with the one given, which is Orleans' own limit, and sooner in a stop.</summary>
    /// <param name="stop">Null where actors run without a silo's services.</param>
    public static Leaving Leave(SiloStop? stop, DeactivationReason reason, CancellationToken cancellation) =>
        new(reason.ReasonCode == DeactivationReasonCode.ShuttingDown ? stop : null, cancellation);

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(SiloStop), AsTheActorsLeave, _ => Task.CompletedTask, Stop);

        // Every actor has left by then, and what a look asks may be disposed of soon after.
        lifecycle.Subscribe(nameof(SiloStop), ServiceLifecycleStage.RuntimeInitialize, _ => Task.CompletedTask, _ => End());
    }

    public void Dispose()
    {
        End();
        _over.Dispose();
    }

    private Task End()
    {
        lock (_gate)
        {
            _ended = true;
            _timer?.Dispose();
        }

        return Task.CompletedTask;
    }

    private CancellationToken Began()
    {
        lock (_gate)
        {
            _leaving++;
            _last = timeProvider.GetTimestamp();
            if (_timer is null)
            {
                _began = _last;
                _timer = timeProvider.CreateTimer(static stop => ((SiloStop)stop!).Look(), this, TimeSpan.Zero, Period);
            }

            return _over.Token;
        }
    }

    private void Ended()
    {
        lock (_gate)
        {
            _leaving--;
            _last = timeProvider.GetTimestamp();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_ended)
            {
                // A tick that was under way when the timer ended.
                return;
            }

            var now = timeProvider.GetTimestamp();
            _withNobodySince = futile() || IsAlone ? _withNobodySince ?? now : null;
            if (timeProvider.GetElapsedTime(_began, now) < Longest && !(_withNobodySince is { } since && timeProvider.GetElapsedTime(since, now) >= WithNobody))
            {
                return;
            }

            _timer?.Dispose();
        }

        // Not under the lock: it runs what waits for it.
        _over.Cancel();
    }

    private async Task Stop(CancellationToken cancellation)
    {
        var started = timeProvider.GetTimestamp();
        while (!futile() && !IsAlone && timeProvider.GetElapsedTime(started) < Longest && !cancellation.IsCancellationRequested)
        {
            if (HaveLeft(started))
            {
                // A call that came here for an actor which has left was passed on, and is under way where that actor comes up. Who made it takes it for
                // lost when this silo is gone before the answer is there.
                await Task.WhenAny(handedOver(), Task.Delay(LongestHandOver, timeProvider, cancellation));
                return;
            }

            await Task.Delay(Period, timeProvider, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HaveLeft(long started)
    {
        lock (_gate)
        {
            return _leaving == 0 && timeProvider.GetElapsedTime(Math.Max(_last, started)) >= Quiet;
        }
    }

    /// <summary>One actor that leaves.</summary>
    internal sealed class Leaving : IDisposable
    {
        private readonly SiloStop? _stop;
        private readonly CancellationTokenSource _limit;

        public Leaving(SiloStop? stop, CancellationToken cancellation) => (_stop, _limit) = (stop, stop is null
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellation) : CancellationTokenSource.CreateLinkedTokenSource(cancellation, stop.Began()));

        public CancellationToken Token => _limit.Token;

        public void Dispose()
        {
            _limit.Dispose();
            _stop?.Ended();
        }
    }
}
