using Messenger.Contracts;
using Messenger.Grains.Fanout;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>The way to users on another silo: one call under way, what gathers meanwhile goes in the next.</summary>
public sealed class RelayLaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly StandIn relay = new();

    private RelayLane Lane { get; }

    public RelayLaneTests() => Lane = new RelayLane(relay);

    [Fact]
    public async Task What_gathers_behind_a_call_goes_in_one_and_each_gets_its_own_outcome()
    {
        var first = Lane.Deliver(To("here"));
        await relay.Called();
        Task<bool>[] behind = [Lane.Deliver(To("away")), Lane.Deliver(To("here")), Lane.Deliver(To("away"))];
        Assert.Single(relay.Calls);
        relay.Let.Release(2);
        Assert.True(await first.WaitAsync(Patience));
        var outcomes = await Task.WhenAll(behind).WaitAsync(Patience);
        Assert.Equal([false, true, false], outcomes);
        Assert.Equal([1, 3], relay.Calls.Select(call => call.Length));
    }

    [Fact]
    public async Task A_call_that_fails_fails_those_in_it_and_no_others()
    {
        relay.Fault = new TimeoutException("the silo is gone");
        var lost = Lane.Deliver(To("here"));
        await relay.Called();
        var behind = Lane.Deliver(To("here"));
        relay.Let.Release();
        await Assert.ThrowsAsync<TimeoutException>(() => lost.WaitAsync(Patience));
        await relay.Called();
        relay.Fault = null;
        relay.Let.Release();
        Assert.True(await behind.WaitAsync(Patience));
    }

    [Fact]
    public async Task One_call_takes_no_more_than_some_hundred_and_the_rest_goes_in_the_next_in_order()
    {
        var first = Lane.Deliver(To("first"));
        await relay.Called();
        var rest = Enumerable.Range(0, 1000).Select(n => Lane.Deliver(To($"{n}"))).ToArray();
        relay.Let.Release(10);
        await Task.WhenAll([first, .. rest]).WaitAsync(Patience);
        Assert.Equal([1, 512, 488], relay.Calls.Select(call => call.Length));
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => $"{n}"), relay.Calls.Skip(1).SelectMany(call => call).Select(one => one.UserId));
    }

    private static Consignment To(string user) => new(user, Guid.Empty, 1, [], null);

    /// <summary>A relay that answers when it is let, and knows the user "here".</summary>
    private sealed class StandIn : IRelay
    {
        private readonly SemaphoreSlim called = new(0);

        public SemaphoreSlim Let { get; } = new(0);

        public List<Consignment[]> Calls { get; } = [];

        public Exception? Fault { get; set; }

        public Task<bool> Called() => called.WaitAsync(Patience, CancellationToken.None);

        public async Task<bool[]> Deliver(Immutable<Consignment[]> consignments)
        {
            Calls.Add(consignments.Value);
            called.Release();
            await Let.WaitAsync(Patience);
            return Fault is null ? Array.ConvertAll(consignments.Value, one => one.UserId == "here") : throw Fault;
        }
    }
}
