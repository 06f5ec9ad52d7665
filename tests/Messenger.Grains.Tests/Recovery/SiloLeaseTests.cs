using Messenger.Grains.Recovery;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>The right to act, and what a process that stood still has left of it.</summary>
public sealed class SiloLeaseTests : IDisposable
{
    private static readonly SiloAddress Self = Cluster.Silo(1);

    private readonly Cluster _cluster = new Cluster().As(Self).With(Self);
    private readonly FakeTimeProvider _clock = new();
    private readonly SiloLease _lease;

    public SiloLeaseTests() => _lease = new SiloLease(_cluster, _cluster, _clock, NullLogger<SiloLease>.Instance);

    public void Dispose() => _lease.Dispose();

    [Fact]
    public async Task Who_runs_holds_it_and_asks_nobody()
    {
        _cluster.Table = () => throw new TimeoutException("the table is away");
        for (var i = 0; i < 100; i++)
        {
            _clock.Advance(SiloLease.Period);
            await _lease.Renew();
            Assert.True(_lease.IsHeld);
        }
    }

    [Fact]
    public async Task Who_stood_still_for_three_seconds_goes_on()
    {
        _cluster.Table = () => throw new TimeoutException("the table is away");
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(_lease.IsHeld);
        await _lease.Renew();
        Assert.True(_lease.IsHeld);
    }

    [Fact]
    public async Task Who_stood_still_for_longer_holds_it_again_when_the_cluster_says_so()
    {
        var asked = 0;
        _cluster.Table = () => asked++;
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.False(_lease.IsHeld);
        await _lease.Renew();
        Assert.True(_lease.IsHeld);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Who_was_declared_dead_meanwhile_never_holds_it_again()
    {
        // Nothing of it has come here yet: the table alone knows.
        _cluster.Table = () => _cluster.With(Self, SiloStatus.Dead);
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.False(_lease.IsHeld);
        await _lease.Renew();
        Assert.False(_lease.IsHeld);
        await _lease.Renew();
        Assert.False(_lease.IsHeld);
    }

    [Fact]
    public async Task While_the_table_is_away_nobody_knows_and_nothing_is_told()
    {
        _cluster.Table = () => throw new TimeoutException("the table is away");
        _clock.Advance(TimeSpan.FromSeconds(40));
        await _lease.Renew();
        Assert.False(_lease.IsHeld);

        _cluster.Table = () => { };
        _clock.Advance(SiloLease.Period);
        await _lease.Renew();
        Assert.True(_lease.IsHeld);
    }

    [Fact]
    public async Task Who_cannot_wait_for_its_turn_asks_at_once_and_all_that_leave_ask_together()
    {
        var asked = 0;
        _cluster.Table = () => asked++;
        Assert.True(await _lease.Confirm());
        Assert.Equal(0, asked);

        _clock.Advance(TimeSpan.FromSeconds(15));
        var answer = new TaskCompletionSource();
        _cluster.Before = answer.Task;
        var confirmed = Enumerable.Range(0, 100).Select(_ => _lease.Confirm().AsTask()).ToList();
        answer.SetResult();
        Assert.All(await Task.WhenAll(confirmed), Assert.True);
        Assert.Equal(1, asked);

        _clock.Advance(TimeSpan.FromSeconds(15));
        _cluster.Table = () => throw new TimeoutException("the table is away");
        Assert.False(await _lease.Confirm());
        _cluster.Table = () => _cluster.With(Self, SiloStatus.Dead);
        Assert.False(await _lease.Confirm());
    }

    [Fact]
    public async Task Who_stood_still_while_it_asked_has_an_answer_of_before()
    {
        _clock.Advance(TimeSpan.FromSeconds(15));
        _cluster.Table = () => _clock.Advance(SiloLease.Longest);
        await _lease.Renew();
        Assert.False(_lease.IsHeld);
        _cluster.Table = () => { };
        await _lease.Renew();
        Assert.True(_lease.IsHeld);
    }

    [Fact]
    public void Who_hears_of_its_death_while_it_runs_holds_it_no_more()
    {
        _cluster.With(Self, SiloStatus.Dead);
        Assert.False(_lease.IsHeld);
    }
}
