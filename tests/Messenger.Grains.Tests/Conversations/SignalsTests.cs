using System.Text.Json;
using Messenger.Contracts;
using Messenger.Grains.Conversations;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>Signals, as far as the conversation decides of them.</summary>
public sealed class SignalsTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    private IEnumerable<(string User, SerializedNotification Told)> Told => _fixture.Deliveries.OfFeatures.Where(told => told.Told.Signal is not null);

    [Fact]
    public async Task Whom_it_names_has_it_once_and_in_order()
    {
        var group = await _fixture.Group(4);
        var (me, one, other) = (group.Members[0], group.Members[1], group.Members[2]);
        List<string> sent = [];
        for (var i = 0; i < 20; i++)
        {
            var signal = Signal(group) with { ToUserIds = [one.UserId, me.UserId, "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y="] };
            sent.Add(signal.SignalUuid);
            Assert.Null((await group.Grain.SendSignal(me, signal)).Error);
            Assert.Null((await group.Grain.SendSignal(me, signal with { ToUserIds = null })).Error);
        }

        await DeliveryRecorder.Until(() => Told.Count() == 40);
        Assert.Equal(sent, Of(one.UserId));
        Assert.Equal(sent, Of(me.UserId));
        Assert.Equal(2, Told.Select(told => told.User).Distinct().Count());
        Assert.All(Told, told => Assert.True(told.Told is { Replayed: false, Push: null, Feature: Features.Hints }));

        // Named by nobody: everybody else. After two minutes it is another one.
        _fixture.Silo.Clock.Advance(SignalTraffic.Remembered + TimeSpan.FromSeconds(1));
        var again = Signal(group) with { SignalUuid = sent[0] };
        Assert.Null((await group.Grain.SendSignal(me, again)).Error);
        await DeliveryRecorder.Until(() => Told.Count() == 43);
        Assert.Equal(group.Members.Skip(1).Select(member => member.UserId).Order(), Told.Skip(40).Select(told => told.User).Order());
        Assert.Equal(1, Told.Count(told => told.User == other.UserId));
    }

    [Fact]
    public async Task An_answer_tells_the_own_devices_to_stop()
    {
        var dialog = await _fixture.Dialog();
        var (caller, called) = (dialog.Members[0], dialog.Members[1]);
        var signal = Signal(dialog) with { CallUuid = Guid.NewGuid().ToString(), Answered = true };
        Assert.Null((await dialog.Grain.SendSignal(called, signal)).Error);
        await DeliveryRecorder.Until(() => Told.Count() == 2);
        var (theirs, own) = (Told.Single(told => told.User == caller.UserId).Told, Told.Single(told => told.User == called.UserId).Told);
        Assert.Equal(("none", SignalAct.None), (Ring(theirs), theirs.Signal!.Act));
        Assert.Equal(("stop", SignalAct.Stop, called.Application), (Ring(own), own.Signal!.Act, own.Signal.Application));

        // Who calls it off without naming the own devices ends what rings there all the same.
        Assert.Null((await dialog.Grain.SendSignal(called, Signal(dialog) with { CallUuid = signal.CallUuid, Ring = Rings.Stop })).Error);
        await DeliveryRecorder.Until(() => Told.Count() == 4);
        Assert.True(Told.Last(told => told.User == called.UserId).Told.Signal is { IsUntold: true, Act: SignalAct.Stop });
    }

    [Fact]
    public async Task Who_may_not_be_rung_is_not_told_and_nobody_learns_of_it()
    {
        var dialog = await _fixture.Dialog();
        _fixture.Silo.Log.Ringing = (_, _) => [];
        Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Call(dialog))).Error);
        Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error);
        await DeliveryRecorder.Until(() => Told.Any());
        Assert.Equal(SignalAct.None, Assert.Single(Told).Told.Signal!.Act);
        _fixture.Silo.Log.Ringing = (_, named) => [.. named];
        Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Call(dialog))).Error);
        await DeliveryRecorder.Until(() => Told.Any(told => told.Told.Signal!.Act == SignalAct.Start));
    }

    [Fact]
    public async Task Six_calls_a_minute_and_thirty_an_hour_are_enough_and_repeats_do_not_count()
    {
        var dialog = await _fixture.Dialog();
        var me = dialog.Members[0];
        for (var minute = 0; minute < 5; minute++)
        {
            for (var i = 0; i < SignalTraffic.RingsPerMinute; i++)
            {
                var call = Call(dialog);
                Assert.Null((await dialog.Grain.SendSignal(me, call)).Error);
                Assert.Null((await dialog.Grain.SendSignal(me, call)).Error);
            }

            Assert.Equal(Statuses.TooManyRequests, (await dialog.Grain.SendSignal(me, Call(dialog))).Error!.Status);
            Assert.Null((await dialog.Grain.SendSignal(me, Signal(dialog))).Error);
            _fixture.Silo.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var refused = (await dialog.Grain.SendSignal(me, Call(dialog))).Error!;
        Assert.True(refused is { Status: Statuses.TooManyRequests, RetryAfter: > 3000 });
        _fixture.Silo.Clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Null((await dialog.Grain.SendSignal(me, Call(dialog))).Error);
    }

    [Fact]
    public async Task What_it_does_not_take_is_said()
    {
        var group = await _fixture.Group(3);
        var dialog = await _fixture.Dialog();
        Assert.Equal(Statuses.BadRequest, (await group.Grain.SendSignal(group.Members[0], Call(group) with { ToUserIds = null })).Error!.Status);
        Assert.Equal(Statuses.BadRequest, (await group.Grain.SendSignal(group.Members[0], Signal(group) with { SessionKeyUuid = Guid.NewGuid().ToString() })).Error!.Status);
        Assert.Equal(Statuses.NotFound, (await dialog.Grain.SendSignal(await _fixture.Person(9), Signal(dialog))).Error!.Status);
        await _fixture.Silo.Users.AddToBlackList(dialog.Members[1].UserId, dialog.Members[0].UserId);
        await dialog.Grain.BlackListChanged();
        Assert.Equal(Statuses.Forbidden, (await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error!.Status);
        Assert.Equal(Statuses.Forbidden, (await dialog.Grain.SendSignal(dialog.Members[1], Signal(dialog))).Error!.Status);
        await _fixture.Silo.Users.RemoveFromBlackList(dialog.Members[1].UserId, dialog.Members[0].UserId);
        await dialog.Grain.BlackListChanged();
        Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error);
        await dialog.Grain.Leave(dialog.Members[1], new RequestLeaveConversation(dialog.Uuid));
        Assert.Equal(Statuses.Forbidden, (await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error!.Status);
    }

    [Fact]
    public async Task Its_memory_is_given_back()
    {
        var budget = _fixture.Silo.Services.GetRequiredService<MemoryBudgets>().Signals;
        var dialog = await _fixture.Dialog();
        for (var i = 0; i < 10; i++)
        {
            Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error);
        }

        // What is left is what recognises repeats.
        await DeliveryRecorder.Until(() => budget.Used is > 0 and <= 10 * 128);
        _fixture.Silo.Clock.Advance(SignalTraffic.Remembered);
        Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error);
        await DeliveryRecorder.Until(() => budget.Used <= 128);
        await _fixture.Silo.Deactivate(dialog.Grain);
        await DeliveryRecorder.Until(() => budget.Used == 0);

        budget.Reserve(budget.Limit);
        Assert.Equal(Statuses.Unavailable, (await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error!.Status);
        budget.Release(budget.Limit);
        Assert.Null((await dialog.Grain.SendSignal(dialog.Members[0], Signal(dialog))).Error);
    }

    private IEnumerable<string> Of(string user) => Told.Where(told => told.User == user).Select(told => Read(told.Told).GetProperty("signalUuid").GetString()!);

    private static string? Ring(SerializedNotification told) => Read(told).GetProperty("ring").GetString();

    private static JsonElement Read(SerializedNotification told) => JsonDocument.Parse(told.Payload).RootElement;

    private static RequestSendSignal Call(TestConversation conversation) => Signal(conversation) with { CallUuid = Guid.NewGuid().ToString(), Ring = Rings.Start };

    private static RequestSendSignal Signal(TestConversation conversation) =>
        new(Guid.NewGuid().ToString(), null, conversation.Uuid, null, conversation.Key.ToString(), "aXY=", "Ym9keQ==");
}
