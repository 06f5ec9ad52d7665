using Messenger.Contracts;
using Messenger.Grains.Fanout;
using Messenger.Ports.Flow;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>The way to users on another silo: one call under way, what gathers meanwhile goes in the next.</summary>
public sealed class RelaysTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private readonly StandIn _relay = new();

    private Coalescer<DeliveryRequest, bool> Way { get; }

    public RelaysTests() => Way = Relays.To(_relay);

    [Fact]
    public async Task What_gathers_behind_a_call_goes_in_one_and_each_gets_its_own_outcome()
    {
        var first = Way.Do(To("here"));
        await _relay.Called();
        Task<bool>[] behind = [Way.Do(To("away")), Way.Do(To("here")), Way.Do(To("away"))];
        Assert.Single(_relay.Calls);
        _relay.Let.Release(2);
        Assert.True(await first.WaitAsync(Timeout));
        var outcomes = await Task.WhenAll(behind).WaitAsync(Timeout);
        Assert.Equal([false, true, false], outcomes);
        Assert.Equal([1, 3], _relay.Calls.Select(call => call.Length));
    }

    [Fact]
    public async Task A_call_that_fails_fails_those_in_it_and_no_others()
    {
        _relay.Fault = new TimeoutException("the silo is gone");
        var lost = Way.Do(To("here"));
        await _relay.Called();
        var behind = Way.Do(To("here"));
        _relay.Let.Release();
        await Assert.ThrowsAsync<TimeoutException>(() => lost.WaitAsync(Timeout));
        await _relay.Called();
        _relay.Fault = null;
        _relay.Let.Release();
        Assert.True(await behind.WaitAsync(Timeout));
    }

    [Fact]
    public async Task One_call_takes_no_more_than_some_hundred_and_the_rest_goes_in_the_next_in_order()
    {
        var first = Way.Do(To("first"));
        await _relay.Called();
        var rest = Enumerable.Range(0, 1000).Select(n => Way.Do(To($"{n}"))).ToArray();
        _relay.Let.Release(10);
        await Task.WhenAll([first, .. rest]).WaitAsync(Timeout);
        Assert.Equal([1, 512, 488], _relay.Calls.Select(call => call.Length));
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => $"{n}"), _relay.Calls.Skip(1).SelectMany(call => call).Select(one => one.UserId));
    }

    private static DeliveryRequest To(string user) => new(user, Guid.Empty, 1, [], null);

    /// <summary>A relay that answers when it is let, and knows the user "here".</summary>
    private sealed class StandIn : IRelay
    {
        public Task Pause(SiloAddress leaving) => Task.CompletedTask;

        private readonly SemaphoreSlim _called = new(0);

        public SemaphoreSlim Let { get; } = new(0);

        public List<DeliveryRequest[]> Calls { get; } = [];

        public Exception? Fault { get; set; }

        public Task<bool> Called() => _called.WaitAsync(Timeout, CancellationToken.None);

        public async Task<bool[]> Deliver(Immutable<DeliveryRequest[]> requests)
        {
            Calls.Add(requests.Value);
            _called.Release();
            await Let.WaitAsync(Timeout);
            return Fault is null ? Array.ConvertAll(requests.Value, one => one.UserId == "here") : throw Fault;
        }
    }
}
