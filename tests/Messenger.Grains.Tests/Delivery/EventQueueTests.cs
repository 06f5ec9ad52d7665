using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Delivery;
using Messenger.Protocol;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Grains.Tests.Delivery;

public class EventQueueTests
{
    /// <summary>What an event weighs besides its payload.</summary>
    private const int Bare = 64;

    private readonly EventQueue queue = new(GatewayStreamBounds.QueuedEvents);
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Events_leave_in_order_and_many_at_once()
    {
        for (var n = 1; n <= 3; n++)
        {
            Assert.True(queue.TryAdd(Event(n)));
        }

        Assert.Equal([1L, 2L, 3L], queue.TryTake()!.Select(hint => hint.Number));
        Assert.Null(queue.TryTake());
    }

    [Fact]
    public void A_push_is_bounded_by_events_and_by_bytes()
    {
        for (var n = 0; n < GatewayStreamBounds.PushEvents + 1; n++)
        {
            queue.TryAdd(Event(n));
        }

        Assert.Equal(GatewayStreamBounds.PushEvents, queue.TryTake()!.Length);
        Assert.Single(queue.TryTake()!);
        for (var n = 0; n < 4; n++)
        {
            queue.TryAdd(Event(n, (int)GatewayStreamBounds.PushBytes / 2));
        }

        Assert.Equal(2, queue.TryTake()!.Length);
    }

    [Fact]
    public void What_is_over_the_bounds_is_not_taken()
    {
        for (var n = 0; n < GatewayStreamBounds.QueuedEvents; n++)
        {
            Assert.True(queue.TryAdd(Event(n)));
        }

        Assert.False(queue.TryAdd(Event(0)));
        Assert.Equal(GatewayStreamBounds.QueuedEvents, queue.Clear());
        Assert.True(queue.TryAdd(Event(0)));
    }

    [Fact]
    public async Task A_batch_waits_for_room_as_long_as_it_was_told()
    {
        await queue.Add([Event(1, (int)GatewayStreamBounds.QueuedBytes)], TimeSpan.FromSeconds(1), clock);
        var inTime = queue.Add([Event(2)], TimeSpan.FromSeconds(1), clock);
        Assert.False(inTime.IsCompleted);
        Assert.Single(queue.TryTake()!);
        Assert.True(await inTime);
        Assert.Equal(2, queue.TryTake()![0].Number);

        await queue.Add([Event(3, (int)GatewayStreamBounds.QueuedBytes)], TimeSpan.FromSeconds(1), clock);
        var late = queue.Add([Event(4)], TimeSpan.FromSeconds(1), clock);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await late);
        Assert.Equal(3, queue.TryTake()!.Single().Number);
    }

    [Fact]
    public async Task The_reader_is_woken_by_an_event_and_by_the_end()
    {
        var first = queue.Arrival();
        Assert.False(first.IsCompleted);
        queue.TryAdd(Event(1));
        await first;
        queue.TryTake();
        var second = queue.Arrival();
        queue.Complete();
        await second;
        Assert.False(queue.TryAdd(Event(2)));
        Assert.False(await queue.Add([Event(2)], TimeSpan.Zero, clock));
    }

    [Fact]
    public void Who_adds_to_a_crowd_is_held_back_and_goes_on_as_room_comes()
    {
        for (var n = 1; n < GatewayStreamBounds.Crowded; n++)
        {
            queue.TryAdd(Event(n));
        }

        Assert.True(queue.Relief(1).IsCompleted);
        queue.TryAdd(Event(0));
        var held = Enumerable.Range(0, 5).Select(_ => queue.Relief(weight: 10)).ToList();
        Assert.DoesNotContain(held, one => one.IsCompleted);

        queue.TryTake(atMost: 25);
        Assert.Equal([true, true, true, false, false], held.Select(one => one.IsCompleted));
        Assert.False(queue.Relief(1).IsCompleted);

        queue.TryTake(atMost: 100);
        Assert.DoesNotContain(held, one => !one.IsCompleted);
    }

    [Fact]
    public void Nobody_is_held_back_by_a_queue_that_was_emptied_or_takes_nothing()
    {
        foreach (var end in new Action[] { () => queue.TryTake(int.MaxValue), () => queue.Clear(), queue.Complete })
        {
            for (var n = 0; n < GatewayStreamBounds.Crowded; n++)
            {
                queue.TryAdd(Event(n));
            }

            var held = queue.Relief(1);
            Assert.False(held.IsCompleted);
            end();
            Assert.True(held.IsCompleted);
        }
    }

    [Fact]
    public void The_bounds_in_bytes_include_themselves()
    {
        queue.TryAdd(Event(1, (int)GatewayStreamBounds.PushBytes - Bare));
        queue.TryAdd(Event(2));
        Assert.Equal([1L], queue.TryTake()!.Select(hint => hint.Number));
        queue.Clear();

        queue.TryAdd(Event(1, (int)GatewayStreamBounds.QueuedBytes - Bare));
        Assert.False(queue.TryAdd(Event(2)));
    }

    [Fact]
    public async Task What_waits_and_the_end_are_seen_by_a_reader_who_comes_late_and_a_batch_wakes_one_who_waits()
    {
        var arrival = queue.Arrival();
        Assert.True(await queue.Add([Event(1)], TimeSpan.Zero, clock));
        await arrival.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(queue.Arrival().IsCompleted);
        queue.TryTake();
        queue.Complete();
        Assert.True(queue.Arrival().IsCompleted);
    }

    [Fact]
    public async Task A_batch_that_waits_goes_on_when_the_queue_is_emptied_and_ends_with_it()
    {
        queue.TryAdd(Event(1, (int)GatewayStreamBounds.QueuedBytes));
        var emptied = queue.Add([Event(2, (int)GatewayStreamBounds.QueuedBytes)], TimeSpan.FromSeconds(1), clock);
        Assert.Equal(1, queue.Clear());
        Assert.True(await emptied.WaitAsync(TimeSpan.FromSeconds(10)));
        var ended = queue.Add([Event(3)], TimeSpan.FromSeconds(1), clock);
        queue.Complete();
        Assert.False(await ended.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void As_many_go_on_as_there_is_room_for_and_all_when_nothing_waits()
    {
        for (var n = 0; n < GatewayStreamBounds.Crowded; n++)
        {
            queue.TryAdd(Event(n));
        }

        var held = Enumerable.Range(0, 3).Select(_ => queue.Relief(weight: 10)).ToList();
        queue.TryTake(atMost: 20);
        Assert.Equal([true, true, false], held.Select(one => one.IsCompleted));
        held.AddRange(Enumerable.Range(0, 2).Select(_ => queue.Relief(GatewayStreamBounds.Crowded)));
        queue.TryTake(int.MaxValue);
        Assert.DoesNotContain(held, one => !one.IsCompleted);
    }

    private static GatewayEvent Event(long number, int size = 16) => new(1, 1, number, Notices.Of(1, size), CloseCode.None);
}
