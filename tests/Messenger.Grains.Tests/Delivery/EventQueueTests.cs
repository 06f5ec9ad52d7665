using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Delivery;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Delivery;

public class EventQueueTests
{
    /// <summary>What an event weighs besides its payload.</summary>
    private const int Bare = 64;

    private readonly EventQueue _queue = new(GatewayStreamBounds.QueuedEvents);

    [Fact]
    public void Events_leave_in_order_and_many_at_once()
    {
        for (var n = 1; n <= 3; n++)
        {
            Assert.True(_queue.TryAdd(Event(n)));
        }

        Assert.Equal([1L, 2L, 3L], _queue.TryTake()!.Select(hint => hint.Number));
        Assert.Null(_queue.TryTake());
    }

    [Fact]
    public void A_push_is_bounded_by_events_and_by_bytes()
    {
        for (var n = 0; n < GatewayStreamBounds.PushEvents + 1; n++)
        {
            _queue.TryAdd(Event(n));
        }

        Assert.Equal(GatewayStreamBounds.PushEvents, _queue.TryTake()!.Length);
        Assert.Single(_queue.TryTake()!);
        for (var n = 0; n < 4; n++)
        {
            _queue.TryAdd(Event(n, (int)GatewayStreamBounds.PushBytes / 2));
        }

        Assert.Equal(2, _queue.TryTake()!.Length);
    }

    [Fact]
    public void What_is_over_the_bounds_is_not_taken()
    {
        for (var n = 0; n < GatewayStreamBounds.QueuedEvents; n++)
        {
            Assert.True(_queue.TryAdd(Event(n)));
        }

        Assert.False(_queue.TryAdd(Event(0)));
        Assert.Equal(GatewayStreamBounds.QueuedEvents, _queue.Clear());
        Assert.True(_queue.TryAdd(Event(0)));
    }

    [Fact]
    public async Task The_reader_is_woken_by_an_event_and_by_the_end()
    {
        var first = _queue.Arrival();
        Assert.False(first.IsCompleted);
        _queue.TryAdd(Event(1));
        await first;
        _queue.TryTake();
        var second = _queue.Arrival();
        _queue.Complete();
        await second;
        Assert.False(_queue.TryAdd(Event(2)));
    }

    [Fact]
    public void Who_adds_to_a_crowd_is_held_back_and_goes_on_as_room_comes()
    {
        for (var n = 1; n < GatewayStreamBounds.Crowded; n++)
        {
            _queue.TryAdd(Event(n));
        }

        Assert.True(_queue.Relief(1).IsCompleted);
        _queue.TryAdd(Event(0));
        var held = Enumerable.Range(0, 5).Select(_ => _queue.Relief(weight: 10)).ToList();
        Assert.DoesNotContain(held, one => one.IsCompleted);

        _queue.TryTake(atMost: 25);
        Assert.Equal([true, true, true, false, false], held.Select(one => one.IsCompleted));
        Assert.False(_queue.Relief(1).IsCompleted);

        _queue.TryTake(atMost: 100);
        Assert.DoesNotContain(held, one => !one.IsCompleted);
    }

    [Fact]
    public void Nobody_is_held_back_by_a_queue_that_was_emptied_or_takes_nothing()
    {
        foreach (var end in new Action[] { () => _queue.TryTake(int.MaxValue), () => _queue.Clear(), _queue.Complete })
        {
            for (var n = 0; n < GatewayStreamBounds.Crowded; n++)
            {
                _queue.TryAdd(Event(n));
            }

            var held = _queue.Relief(1);
            Assert.False(held.IsCompleted);
            end();
            Assert.True(held.IsCompleted);
        }
    }

    [Fact]
    public void The_bounds_in_bytes_include_themselves()
    {
        _queue.TryAdd(Event(1, (int)GatewayStreamBounds.PushBytes - Bare));
        _queue.TryAdd(Event(2));
        Assert.Equal([1L], _queue.TryTake()!.Select(hint => hint.Number));
        _queue.Clear();

        _queue.TryAdd(Event(1, (int)GatewayStreamBounds.QueuedBytes - Bare));
        Assert.False(_queue.TryAdd(Event(2)));
    }

    [Fact]
    public void What_waits_and_the_end_are_seen_by_a_reader_who_comes_late()
    {
        _queue.TryAdd(Event(1));
        Assert.True(_queue.Arrival().IsCompleted);
        _queue.TryTake();
        _queue.Complete();
        Assert.True(_queue.Arrival().IsCompleted);
    }

    [Fact]
    public void As_many_go_on_as_there_is_room_for_and_all_when_nothing_waits()
    {
        for (var n = 0; n < GatewayStreamBounds.Crowded; n++)
        {
            _queue.TryAdd(Event(n));
        }

        var held = Enumerable.Range(0, 3).Select(_ => _queue.Relief(weight: 10)).ToList();
        _queue.TryTake(atMost: 20);
        Assert.Equal([true, true, false], held.Select(one => one.IsCompleted));
        held.AddRange(Enumerable.Range(0, 2).Select(_ => _queue.Relief(GatewayStreamBounds.Crowded)));
        _queue.TryTake(int.MaxValue);
        Assert.DoesNotContain(held, one => !one.IsCompleted);
    }

    private static GatewayEvent Event(long number, int size = 16) => new(1, 1, number, TestNotifications.Of(1, size), CloseCode.None);
}
