using Messenger.Contracts.Placement;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>How long the actors of a silo that stops wait for those who take over.</summary>
public sealed class SiloStopTests : IDisposable
{
    private static readonly SiloAddress Self = Cluster.Silo(1);
    private static readonly SiloAddress Other = Cluster.Silo(2);
    private static readonly DeactivationReason Stops = new(DeactivationReasonCode.ShuttingDown, "the silo stops");

    private readonly Cluster _cluster = new Cluster().As(Self).With(Self, SiloStatus.ShuttingDown).With(Other);
    private readonly FakeTimeProvider _clock = new();
    private readonly SiloStop _stop;
    private bool _storeIsAway;
    private bool _storeIsGone;
    private readonly TaskCompletionSource _handedOver = new();
    private int _asked;

    public SiloStopTests() => _stop = new SiloStop(_cluster.View, _clock, () => _storeIsGone ? throw new ObjectDisposedException(nameof(IServiceProvider)) : _storeIsAway, () =>
    {
        _asked++;
        return _handedOver.Task;
    });

    public void Dispose() => _stop.Dispose();

    [Fact]
    public void While_another_worker_is_there_they_wait_on()
    {
        using var limit = SiloStop.Leave(_stop, Stops, CancellationToken.None);
        Pass(SiloStop.Longest - SiloStop.Period);
        Assert.False(limit.Token.IsCancellationRequested);
        Pass(2 * SiloStop.Period);
        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void Who_stops_last_waits_three_seconds()
    {
        using var limit = SiloStop.Leave(_stop, Stops, CancellationToken.None);
        Pass(SiloStop.WithNobody);
        _cluster.With(Other, SiloStatus.ShuttingDown);
        Pass(SiloStop.WithNobody - SiloStop.Period);
        Assert.False(limit.Token.IsCancellationRequested);
        Pass(3 * SiloStop.Period);
        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void Somebody_who_comes_meanwhile_is_waited_for()
    {
        _cluster.With(Other, SiloStatus.Dead);
        using var limit = SiloStop.Leave(_stop, Stops, CancellationToken.None);
        Pass(SiloStop.WithNobody - (2 * SiloStop.Period));
        _cluster.With(Cluster.Silo(3));
        Pass(2 * SiloStop.WithNobody);
        Assert.False(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void Without_the_store_nothing_can_be_settled()
    {
        _storeIsAway = true;
        using var limit = SiloStop.Leave(_stop, Stops, CancellationToken.None);
        Pass(SiloStop.WithNobody + SiloStop.Period);
        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void After_the_silos_end_nothing_is_asked()
    {
        var lifecycle = new Lifecycle();
        _stop.Participate(lifecycle);
        using var limit = SiloStop.Leave(_stop, Stops, CancellationToken.None);
        Pass(SiloStop.Period);
        _ = lifecycle.Last!.OnStop(CancellationToken.None);
        _storeIsGone = true;
        Pass(2 * SiloStop.Longest);
        Assert.False(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void Who_leaves_alone_has_its_own_time()
    {
        using var limit = SiloStop.Leave(_stop, new DeactivationReason(DeactivationReasonCode.ActivationIdle, "idle"), CancellationToken.None);
        Pass(2 * SiloStop.Longest);
        Assert.False(limit.Token.IsCancellationRequested);
    }

    /// <summary>What was passed on from here is answered before the callers hear that this silo is dead.</summary>
    [Fact]
    public async Task When_all_have_left_the_others_hand_over_what_is_under_way()
    {
        var stopping = Linger()(CancellationToken.None);
        var (one, two) = (SiloStop.Leave(_stop, Stops, CancellationToken.None), SiloStop.Leave(_stop, Stops, CancellationToken.None));
        one.Dispose();
        Pass(4 * SiloStop.Quiet);
        Assert.Equal(0, _asked);
        two.Dispose();
        await Until(() => _asked == 1);
        Assert.False(stopping.IsCompleted);
        _handedOver.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task It_does_not_wait_for_ever()
    {
        var stopping = Linger()(CancellationToken.None);
        await Until(() => _asked == 1);
        await Until(() => stopping.IsCompleted);

        // An actor that does not leave.
        using var stays = SiloStop.Leave(_stop, Stops, CancellationToken.None);
        var again = Linger()(CancellationToken.None);
        await Until(() => again.IsCompleted);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task It_asks_nobody_where_nobody_can_take_over()
    {
        _cluster.With(Other, SiloStatus.Dead);
        await Linger()(CancellationToken.None);
        _cluster.With(Cluster.Silo(3));
        _storeIsAway = true;
        await Linger()(CancellationToken.None);
        Assert.Equal(0, _asked);
    }

    private async Task Until(Func<bool> reached)
    {
        for (var i = 0; !reached(); i++)
        {
            Assert.True(i < 200, "it does not come to that");
            Pass(SiloStop.Period);

            // What waited for the clock runs on the pool.
            await Task.Delay(5);
        }
    }

    private Func<CancellationToken, Task> Linger()
    {
        var lifecycle = new Lifecycle();
        _stop.Participate(lifecycle);
        return lifecycle.Part!.OnStop;
    }

    private void Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= SiloStop.Period)
        {
            _clock.Advance(left < SiloStop.Period ? left : SiloStop.Period);
        }
    }

    private sealed class Lifecycle : ISiloLifecycle
    {
        /// <summary>The first, in which the actors leave.</summary>
        public ILifecycleObserver? Part { get; private set; }

        /// <summary>The one that stops last.</summary>
        public ILifecycleObserver? Last { get; private set; }

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            Part ??= observer;
            Last = observer;
            return new CancellationTokenSource();
        }
    }
}
