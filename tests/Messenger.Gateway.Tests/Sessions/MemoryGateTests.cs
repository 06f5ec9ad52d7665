using Messenger.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>A budget that is waited for: in order, with an end, and nothing is lost of it.</summary>
public class MemoryGateTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryGate _gate;

    public MemoryGateTests() => _gate = new MemoryGate(new MemoryBudget("pages", 100), _time);

    [Fact]
    public async Task WhoFitsEntersAndWhoDoesNotWaitsForItsTurn()
    {
        Assert.True(await _gate.TryEnter(60, Timeout));
        var large = _gate.TryEnter(80, Timeout);
        var small = _gate.TryEnter(10, Timeout);
        Assert.False(large.IsCompleted);

        // It would fit, and would starve the large one if it went first.
        Assert.False(small.IsCompleted);

        _gate.Leave(60);
        Assert.True(await large);
        Assert.True(await small);
        Assert.Equal(90, _gate.Budget.Used);
        _gate.Leave(80);
        _gate.Leave(10);
        Assert.Equal(0, _gate.Budget.Used);
    }

    [Fact]
    public async Task WhoseTimeIsOverGoesAndStandsInNobodysWay()
    {
        Assert.True(await _gate.TryEnter(60, Timeout));
        var late = _gate.TryEnter(80, Timeout);
        _time.Advance(Timeout);
        Assert.False(await late);
        Assert.Equal(1, _gate.Budget.Sheds);
        Assert.True(await _gate.TryEnter(40, Timeout));

        _gate.Leave(60);
        _gate.Leave(40);
        Assert.Equal(0, _gate.Budget.Used);
    }

    [Fact]
    public async Task MoreThanThereIsIsAdmittedAlone()
    {
        Assert.True(await _gate.TryEnter(1_000, Timeout));
        var next = _gate.TryEnter(1, Timeout);
        Assert.False(next.IsCompleted);
        _gate.Leave(1_000);
        Assert.True(await next);
        _gate.Leave(1);
        Assert.Equal(0, _gate.Budget.Used);
    }

    [Fact]
    public async Task OfManyAtOnceNeverMoreAreInThanFit()
    {
        var inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(async number =>
        {
            var bytes = 1 + (number % 60);
            await Task.Yield();
            Assert.True(await _gate.TryEnter(bytes, Timeout));
            Assert.InRange(Interlocked.Add(ref inside, bytes), 0, 100);
            await Task.Yield();
            Interlocked.Add(ref inside, -bytes);
            _gate.Leave(bytes);
        }));
        Assert.Equal(0, _gate.Budget.Used);
    }
}
