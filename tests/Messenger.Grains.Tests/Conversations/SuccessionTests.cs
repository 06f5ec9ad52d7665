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

    private Stage _stage = null!;

    private FakeLog Log => _stage.Silo.Log;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task What_a_predecessor_may_have_left_untold_is_said_before_anything_newer()
    {
        var scene = await Moved();
        Log.Undelivered[scene.Id] = [Dead];

        await scene.Sent(scene.Cast[0]);

        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 2);
        Assert.Equal([AddedMessage, Told.DoubtType, AddedMessage], What(scene.Cast[1]).TakeLast(3));
    }

    [Fact]
    public async Task The_take_over_that_comes_later_does_not_say_it_again_and_ends_when_it_is_told()
    {
        var scene = await Moved();
        Log.Undelivered[scene.Id] = [Dead];
        var let = new TaskCompletionSource();
        _stage.Told.BeforeDoubt = _ => let.Task;
        await scene.Sent(scene.Cast[0]);

        var takeover = scene.Grain.DoubtAbout(Dead);
        Assert.NotSame(takeover, await Task.WhenAny(takeover, Task.Delay(TimeSpan.FromMilliseconds(200))));
        let.SetResult();
        await takeover.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(1, _stage.Told.Doubts(scene.Cast[1]));
        await scene.Grain.DoubtAbout("another dead writer");
        Assert.Equal(2, _stage.Told.Doubts(scene.Cast[1]));
    }

    [Fact]
    public async Task A_move_in_order_owes_nothing()
    {
        var scene = await Moved();
        Assert.Equal([scene.Id], Log.Gone);

        await scene.Sent(scene.Cast[0]);

        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 2);
        Assert.Equal(0, _stage.Told.Doubts(scene.Cast[1]));
    }

    [Fact]
    public async Task What_an_activation_of_the_same_process_was_cut_off_from_telling_is_said_by_the_next_one_and_settled()
    {
        var scene = await Moved();
        Log.LeaveUnsettled(scene.Id);

        await scene.Sent(scene.Cast[0]);

        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 2);
        Assert.Equal([AddedMessage, Told.DoubtType, AddedMessage], What(scene.Cast[1]).TakeLast(3));
        await Told.Until(() => Log.Unsettled.Count == 0);
    }

    [Fact]
    public async Task Who_was_taken_over_loads_nothing_and_tells_nothing_any_more()
    {
        var scene = await _stage.Dialog();
        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 1);
        Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown, Written: true));
        Log.IsFenced = true;

        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0])).Refusal!.Status);

        // It ends by itself, and does not wait for a store that will never let it in.
        await Assert.ThrowsAnyAsync<StoreUnavailableException>(() => scene.Send(scene.Cast[0]));
        await _stage.Silo.Deactivate(scene.Grain).WaitAsync(TimeSpan.FromSeconds(20));
        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 1);
    }

    [Fact]
    public async Task A_row_that_somebody_else_wrote_at_the_same_place_is_not_told_by_who_only_tried()
    {
        var scene = await _stage.Dialog();
        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 1);

        // The client's retry came to another activation: the same uuid, the same sequence, another time.
        Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown) { Instead = row => row with { Created = row.Created + 1 } });
        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0])).Refusal!.Status);

        await Told.Until(() => Log.Unsettled.Count == 0);
        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 1);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_who_cannot_be_told_and_leaves_it_in_the_journal()
    {
        var stage = await Stage.Open();
        var scene = await stage.Dialog();
        await stage.Told.Hears(scene.Cast[1], AddedMessage, 1);

        // As when all workers stop together: there is nobody to hand it to.
        stage.Told.Before = _ => throw new TimeoutException();
        stage.Told.BeforeDoubt = _ => throw new TimeoutException();
        await scene.Sent(scene.Cast[0]);

        var stop = Stopwatch.StartNew();
        await stage.DisposeAsync();
        Assert.True(stop.Elapsed < TimeSpan.FromSeconds(20), $"the stop took {stop.Elapsed.TotalSeconds} s");

        // Perhaps of its creation too, of which only the other side is known to have heard.
        Assert.Equal([scene.Id], stage.Silo.Log.Unsettled.Distinct());
        Assert.DoesNotContain(scene.Id, stage.Silo.Log.Gone);
    }

    /// <summary>A conversation whose activation has left in order, its creation told.</summary>
    private async Task<Scene> Moved()
    {
        var scene = await _stage.Dialog();
        await _stage.Told.Hears(scene.Cast[1], AddedMessage, 1);
        await _stage.Silo.Deactivate(scene.Grain);
        return scene;
    }

    private List<string> What(Caller who) => [.. _stage.Told.By(who).Select(one => one.Type)];
}
