using System.Diagnostics;
using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>What an activation owes for those before it, and what it may no longer do when another one has come after it.</summary>
public sealed class SuccessionTests : IAsyncLifetime
{
    private const string Dead = "a dead writer";
    private const string AddedMessage = nameof(NotificationAddedMessageToConversation);

    private ConversationFixture _fixture = null!;

    private FakeLog Log => _fixture.Silo.Log;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task What_a_predecessor_may_have_left_untold_is_said_before_anything_newer()
    {
        var conversation = await Moved();
        Log.Undelivered[conversation.Id] = [Dead];

        await conversation.Sent(conversation.Members[0]);

        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 2);
        Assert.Equal([AddedMessage, DeliveryRecorder.ResyncType, AddedMessage], What(conversation.Members[1]).TakeLast(3));
    }

    [Fact]
    public async Task The_take_over_that_comes_later_does_not_say_it_again_and_ends_when_it_is_told()
    {
        var conversation = await Moved();
        Log.Undelivered[conversation.Id] = [Dead];
        var let = new TaskCompletionSource();
        _fixture.Deliveries.BeforeResync = _ => let.Task;
        await conversation.Sent(conversation.Members[0]);

        var takeover = conversation.Grain.RequireResyncAfter(Dead);
        Assert.NotSame(takeover, await Task.WhenAny(takeover, Task.Delay(TimeSpan.FromMilliseconds(200))));
        let.SetResult();
        await takeover.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(1, _fixture.Deliveries.Resyncs(conversation.Members[1]));
        await conversation.Grain.RequireResyncAfter("another dead writer");
        Assert.Equal(2, _fixture.Deliveries.Resyncs(conversation.Members[1]));
    }

    [Fact]
    public async Task A_move_in_order_owes_nothing()
    {
        var conversation = await Moved();
        Assert.Equal([conversation.Id], Log.Gone);

        await conversation.Sent(conversation.Members[0]);

        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 2);
        Assert.Equal(0, _fixture.Deliveries.Resyncs(conversation.Members[1]));
    }

    [Fact]
    public async Task What_an_activation_of_the_same_process_was_cut_off_from_telling_is_said_by_the_next_one_and_settled()
    {
        var conversation = await Moved();
        Log.LeaveUnsettled(conversation.Id);

        await conversation.Sent(conversation.Members[0]);

        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 2);
        Assert.Equal([AddedMessage, DeliveryRecorder.ResyncType, AddedMessage], What(conversation.Members[1]).TakeLast(3));
        await DeliveryRecorder.Until(() => Log.Unsettled.Count == 0);
    }

    [Fact]
    public async Task Who_was_taken_over_loads_nothing_and_tells_nothing_any_more()
    {
        var conversation = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 1);
        Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown, Written: true));
        Log.IsFenced = true;

        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0])).Error!.Status);

        // It ends by itself, and does not wait for a store that will never let it in.
        await Assert.ThrowsAnyAsync<StoreUnavailableException>(() => conversation.Send(conversation.Members[0]));
        await _fixture.Silo.Deactivate(conversation.Grain).WaitAsync(TimeSpan.FromSeconds(20));
        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 1);
    }

    [Fact]
    public async Task A_row_that_somebody_else_wrote_at_the_same_place_is_not_told_by_who_only_tried()
    {
        var conversation = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 1);

        // The client's retry came to another activation: the same uuid, the same sequence, another time.
        Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown) { Instead = row => row with { Created = row.Created + 1 } });
        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0])).Error!.Status);

        await DeliveryRecorder.Until(() => Log.Unsettled.Count == 0);
        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 1);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_who_cannot_be_told_and_leaves_it_in_the_journal()
    {
        var fixture = await ConversationFixture.Open();
        var conversation = await fixture.Dialog();
        await fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 1);

        // As when all workers stop together: there is nobody to hand it to.
        fixture.Deliveries.Before = _ => throw new TimeoutException();
        fixture.Deliveries.BeforeResync = _ => throw new TimeoutException();
        await conversation.Sent(conversation.Members[0]);

        var stop = Stopwatch.StartNew();
        await fixture.DisposeAsync();
        Assert.True(stop.Elapsed < TimeSpan.FromSeconds(20), $"the stop took {stop.Elapsed.TotalSeconds} s");

        // Perhaps of its creation too, of which only the other side is known to have heard.
        Assert.Equal([conversation.Id], fixture.Silo.Log.Unsettled.Distinct());
        Assert.DoesNotContain(conversation.Id, fixture.Silo.Log.Gone);
    }

    /// <summary>A conversation whose activation has left in order, its creation told.</summary>
    private async Task<TestConversation> Moved()
    {
        var conversation = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(conversation.Members[1], AddedMessage, 1);
        await _fixture.Silo.Deactivate(conversation.Grain);
        return conversation;
    }

    private List<string> What(Caller who) => [.. _fixture.Deliveries.By(who).Select(one => one.Type)];
}
