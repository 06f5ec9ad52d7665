using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Recovery;
using Messenger.Grains.Tests.Conversations;
using Messenger.Grains.Tests.Fakes;
using Messenger.Grains.Tests.Users;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>The store went back in time under actors that remember more.</summary>
public sealed class StoreHistoryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_conversation_that_remembers_more_than_the_log_has_is_loaded_anew_and_doubts_before_it_tells()
    {
        await using var stage = await Stage.Open();
        var scene = await stage.Group(3);
        for (var i = 0; i < 3; i++)
        {
            await scene.Sent(scene.Cast[0]);
        }

        Assert.Equal(Answer.Ok, await scene.Grain.Kick(scene.Cast[0], new RequestKickUser(scene.Uuid, scene.Cast[2].UserId)));
        await Told.Until(() => stage.Silo.Log.Unsettled.Count == 0);
        var doubtsBeforeNews = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Told.Before = user =>
        {
            if (user == scene.Cast[1].UserId)
            {
                doubtsBeforeNews.TrySetResult(stage.Told.Doubts(scene.Cast[1]));
            }

            return Task.CompletedTask;
        };
        stage.Silo.Log.GoBack(scene.Id, keep: 2);

        // One message is left, and nobody was kicked: what was there when it was loaded is no measure any more.
        var fresh = await scene.Send(scene.Cast[2]);
        Assert.Null(fresh.Refusal);
        Assert.Equal(1, await doubtsBeforeNews.Task.WaitAsync(Patience));
        Assert.All(scene.Cast, person => Assert.Equal(1, stage.Told.Doubts(person)));
        var rows = await stage.Silo.Log.Read(scene.Id, new SequenceRange(1, 99), 99, newestFirst: false);
        Assert.Equal(rows.Count, rows[^1].Sequence);
        Assert.Equal(2, rows.Count(row => !row.IsEvent));
    }

    [Fact]
    public async Task What_was_under_way_is_unavailable_and_the_doubt_needs_no_further_call()
    {
        await using var stage = await Stage.Open();
        var scene = await stage.Dialog();
        await Told.Until(() => stage.Silo.Log.Unsettled.Count == 0);
        var (began, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        stage.Silo.Log.Before = _ =>
        {
            began.TrySetResult();
            return commit.Task;
        };
        var sending = scene.Send(scene.Cast[0]);
        await began.Task.WaitAsync(Patience);
        stage.Silo.Log.GoBack(scene.Id, keep: 1);
        commit.SetResult();

        Assert.Equal(Statuses.Unavailable, (await sending.WaitAsync(Patience)).Refusal?.Status);
        await Told.Until(() => scene.Cast.All(person => stage.Told.Doubts(person) == 1));
        Assert.Null((await scene.Send(scene.Cast[0])).Refusal);
    }

    [Fact]
    public async Task Every_device_of_the_worker_is_told_once_for_each_time_and_again_when_it_could_not_be()
    {
        var records = new DeviceRecords();
        await using var silo = await GrainSilo.Start(host => host.Services.AddSingleton(records), typeof(DeviceStandIn));
        var history = new ScriptedHistory();
        var mailboxes = new LocalMailboxes();
        string[] devices = [.. Enumerable.Range(0, 3).Select(number => DeviceKeys.Of(UserIds.FromPhone($"+3579930000{number}"), $"phone{number}"))];
        Array.ForEach(devices, device => mailboxes.Put(device, null!));
        using var service = new StoreHistoryService(history, mailboxes, silo.Grains, new FakeTimeProvider(), NullLogger<StoreHistoryService>.Instance);
        await service.Look(CancellationToken.None);
        Assert.All(devices, device => Assert.True(records[device].DoubtedNothing));

        history.Steps = 1;
        records[devices[1]].Fails = true;
        await service.Look(CancellationToken.None);
        await records[devices[0]].Doubts().WaitAsync(Patience);
        records[devices[1]].Fails = false;

        // Also while the store is away: that it went back is known.
        history.Away = true;
        await service.Look(CancellationToken.None);
        await service.Look(CancellationToken.None);
        foreach (var device in devices)
        {
            await records[device].Doubts().WaitAsync(Patience);
        }

        await records[devices[2]].Doubts().WaitAsync(Patience);
        Assert.All(devices, device => Assert.True(records[device].DoubtedNothing));
    }

    private sealed class ScriptedHistory : IStoreHistory
    {
        public long Steps { get; set; }

        public bool Away { get; set; }

        public Task Look() => Away ? Task.FromException(new StoreUnavailableException("away")) : Task.CompletedTask;
    }
}
