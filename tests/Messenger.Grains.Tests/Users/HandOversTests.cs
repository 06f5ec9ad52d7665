using System.Reflection;
using Messenger.Grains.Fanout;
using Messenger.Grains.Tests.Recovery;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>Calls of users' actors around a silo that leaves.</summary>
public sealed class HandOversTests
{
    private static readonly SiloAddress Leaving = Cluster.Silo(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly HandOvers _handOvers;
    private bool _isDead;

    public HandOversTests()
    {
        var silos = DispatchProxy.Create<ISiloStatusOracle, Proxy>();
        ((Proxy)(object)silos).Answer = (method, _) => method == nameof(ISiloStatusOracle.IsDeadSilo) ? _isDead : throw new NotSupportedException(method);
        _handOvers = new HandOvers(silos, _clock);
    }

    [Fact]
    public async Task A_pause_waits_for_those_that_have_begun_and_lets_none_begin_until_the_silo_is_dead()
    {
        var (one, two) = (await _handOvers.Begin(), await _handOvers.Begin());
        var over = _handOvers.Pause(Leaving);
        var three = _handOvers.Begin().AsTask();
        one.Dispose();
        Assert.False(over.IsCompleted);
        two.Dispose();
        await over.WaitAsync(Timeout);

        _clock.Advance(HandOvers.Recheck);
        Assert.False(three.IsCompleted);
        _isDead = true;
        _clock.Advance(HandOvers.Recheck);
        using var begun = await three.WaitAsync(Timeout);
    }

    [Fact]
    public async Task A_silo_that_does_not_die_is_not_waited_for_and_two_can_leave()
    {
        var one = await _handOvers.Begin();
        var over = _handOvers.Pause(Leaving);
        var again = _handOvers.Pause(Cluster.Silo(3));
        one.Dispose();
        await Task.WhenAll(over, again).WaitAsync(Timeout);
        _clock.Advance(HandOvers.LongestPause);
        (await _handOvers.Begin().AsTask().WaitAsync(Timeout)).Dispose();
    }
}
