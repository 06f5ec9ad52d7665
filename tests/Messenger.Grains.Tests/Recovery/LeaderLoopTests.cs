using Messenger.Contracts.Placement;
using Messenger.Grains.Tests.Conversations;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>Who works, and how often.</summary>
public sealed class LeaderLoopTests : IDisposable
{
    private static readonly SiloAddress Self = Cluster.Silo(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly Cluster _cluster = new();
    private readonly Loop _loop;

    public LeaderLoopTests() => _loop = new Loop(_cluster.View, _clock);

    [Fact]
    public async Task Step_follows_step_after_a_pause_while_there_is_more_and_else_after_the_interval()
    {
        _cluster.With(Self);
        _loop.More = true;
        await _loop.StartAsync(default);
        await DeliveryRecorder.Until(() => _loop.Steps == 1);
        _loop.More = false;
        await Advance(Pause, steps: 2);
        _clock.Advance(Interval - Pause);
        await Task.Yield();
        Assert.Equal(2, _loop.Steps);
        await Advance(Pause, steps: 3);
        await _loop.StopAsync(default);
    }

    [Fact]
    public async Task Who_does_not_lead_does_nothing_until_it_does()
    {
        _cluster.As(Cluster.Silo(2)).With(Cluster.Silo(2)).With(Self);
        await _loop.StartAsync(default);
        _clock.Advance(Interval);
        await Task.Yield();
        Assert.Equal(0, _loop.Steps);
        _cluster.With(Self, SiloStatus.Dead);
        await DeliveryRecorder.Until(() =>
        {
            _clock.Advance(Interval);
            return _loop.Steps > 0;
        });
        await _loop.StopAsync(default);
    }

    [Fact]
    public async Task A_stop_ends_a_step_and_is_no_failure()
    {
        _cluster.With(Self);
        _loop.Hangs = true;
        await _loop.StartAsync(default);
        await DeliveryRecorder.Until(() => _loop.Steps == 1);
        await _loop.StopAsync(default);
        Assert.True(_loop.ExecuteTask!.IsCompletedSuccessfully);
    }

    public void Dispose() => _loop.Dispose();

    private async Task Advance(TimeSpan by, int steps)
    {
        // The delay may not be armed yet when the step has ended.
        await DeliveryRecorder.Until(() => _loop.Waits >= steps - 1);
        _clock.Advance(by);
        await DeliveryRecorder.Until(() => _loop.Steps == steps);
    }

    private sealed class Loop(ClusterView cluster, FakeTimeProvider clock) : LeaderLoop(cluster, SiloRoles.Worker, Interval, Pause, new Counted(clock))
    {
        private volatile int _steps;

        public int Steps => _steps;

        public int Waits => ((Counted)Clock).Timers;

        public bool More { get; set; }

        public bool Hangs { get; set; }

        protected override async Task<bool> DoStep(CancellationToken stopping)
        {
            Interlocked.Increment(ref _steps);
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }

            return More;
        }
    }

    /// <summary>Counts the delays that were begun.</summary>
    private sealed class Counted(FakeTimeProvider inner) : TimeProvider
    {
        private volatile int _timers;

        public int Timers => _timers;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = inner.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();
    }
}
