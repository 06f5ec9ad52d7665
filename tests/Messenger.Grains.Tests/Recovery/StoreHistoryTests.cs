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
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_conversation_that_remembers_more_than_the_log_has_is_loaded_anew_and_doubts_before_it_tells()
    {
        await using var fixture = await ConversationFixture.Open();
        var conversation = await fixture.Group(3);
        for (var i = 0; i < 3; i++)
        {
            await conversation.Sent(conversation.Members[0]);
        }

        Assert.Equal(Result.Ok, await conversation.Grain.Kick(conversation.Members[0], new RequestKickUser(conversation.Uuid, conversation.Members[2].UserId)));
        await DeliveryRecorder.Until(() => fixture.Silo.Log.Unsettled.Count == 0);
        var doubtsBeforeNews = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Deliveries.Before = user =>
        {
            if (user == conversation.Members[1].UserId)
            {
                doubtsBeforeNews.TrySetResult(fixture.Deliveries.Resyncs(conversation.Members[1]));
            }

            return Task.CompletedTask;
        };
        fixture.Silo.Log.GoBack(conversation.Id, keep: 2);

        // One message is left, and nobody was kicked: what was there when it was loaded is no measure any more.
        var fresh = await conversation.Send(conversation.Members[2]);
        Assert.Null(fresh.Error);
        Assert.Equal(1, await doubtsBeforeNews.Task.WaitAsync(Timeout));
        Assert.All(conversation.Members, person => Assert.Equal(1, fixture.Deliveries.Resyncs(person)));
        var rows = await fixture.Silo.Log.Read(conversation.Id, new SequenceRange(1, 99), 99, newestFirst: false);
        Assert.Equal(rows.Count, rows[^1].Sequence);
        Assert.Equal(2, rows.Count(row => !row.IsEvent));
    }

    [Fact]
    public async Task What_was_under_way_is_unavailable_and_the_doubt_needs_no_further_call()
    {
        await using var fixture = await ConversationFixture.Open();
        var conversation = await fixture.Dialog();
        await DeliveryRecorder.Until(() => fixture.Silo.Log.Unsettled.Count == 0);
        var (began, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Silo.Log.Before = _ =>
        {
            began.TrySetResult();
            return commit.Task;
        };
        var sending = conversation.Send(conversation.Members[0]);
        await began.Task.WaitAsync(Timeout);
        fixture.Silo.Log.GoBack(conversation.Id, keep: 1);
        commit.SetResult();

        Assert.Equal(Statuses.Unavailable, (await sending.WaitAsync(Timeout)).Error?.Status);
        await DeliveryRecorder.Until(() => conversation.Members.All(person => fixture.Deliveries.Resyncs(person) == 1));
        Assert.Null((await conversation.Send(conversation.Members[0])).Error);
    }

    [Fact]
    public async Task Every_device_of_the_worker_is_told_once_for_each_time_and_again_when_it_could_not_be()
    {
        var records = new DeviceRecords();
        await using var silo = await GrainSilo.Start(host => host.Services.AddSingleton(records), typeof(DeviceStandIn));
        var history = new ScriptedHistory();
        var endpoints = new DeviceEndpoints();
        string[] devices = [.. Enumerable.Range(0, 3).Select(number => DeviceKeys.Of(UserIds.FromPhone($"+3579930000{number}"), $"phone{number}"))];
        Array.ForEach(devices, device => endpoints.Put(device, null!));
        using var service = new StoreHistoryService(history, endpoints, silo.Grains, new FakeTimeProvider(), NullLogger<StoreHistoryService>.Instance);
        await service.SweepOnce(CancellationToken.None);
        Assert.All(devices, device => Assert.True(records[device].RequiredNoResync));

        history.Steps = 1;
        records[devices[1]].Fails = true;
        await service.SweepOnce(CancellationToken.None);
        await records[devices[0]].Resyncs().WaitAsync(Timeout);
        records[devices[1]].Fails = false;

        // Also while the store is away: that it went back is known.
        history.Away = true;
        await service.SweepOnce(CancellationToken.None);
        await service.SweepOnce(CancellationToken.None);
        foreach (var device in devices)
        {
            await records[device].Resyncs().WaitAsync(Timeout);
        }

        await records[devices[2]].Resyncs().WaitAsync(Timeout);
        Assert.All(devices, device => Assert.True(records[device].RequiredNoResync));
    }

    private sealed class ScriptedHistory : IStoreHistory
    {
        public long Steps { get; set; }

        public bool Away { get; set; }

        public Task Refresh() => Away ? Task.FromException(new StoreUnavailableException("away")) : Task.CompletedTask;
    }
}
