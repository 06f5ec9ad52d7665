using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Pushes;
using Messenger.Grains.Tests.Conversations;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Grains.Tests.Pushes;

/// <summary>Pushes about calls: at once, and as long as they help.</summary>
public sealed class CallPumpTests : IAsyncLifetime, IPushSender
{
    private static readonly string Device = DeviceKeys.Named(UserIds.FromPhone("+35799000001"), "phone");
    private static readonly Guid Conversation = Guid.NewGuid();

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly CallQueue _queue = new();
    private readonly ConcurrentQueue<Push> _sent = [];
    private readonly CallPump _pump;
    private Func<Push, PushOutcome> _answer = _ => PushOutcome.Taken;

    public CallPumpTests() => _pump = new CallPump(_queue, this, null!, _clock, NullLogger<CallPump>.Instance);

    public Task InitializeAsync() => _pump.StartAsync(default);

    public async Task DisposeAsync()
    {
        await _pump.StopAsync(default);
        _pump.Dispose();
    }

    public Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        _sent.Enqueue(push);
        return Task.FromResult(_answer(push));
    }

    [Fact]
    public async Task A_call_goes_to_the_token_for_calls_and_its_end_to_the_ordinary_one()
    {
        var call = Guid.NewGuid();
        Add(call, isEnd: false);
        await Sent(1);
        Add(call, isEnd: true);
        await Sent(2);
        var (ring, end) = (_sent.First(), _sent.Last());
        Assert.Equal(("voip", "call", TimeSpan.FromSeconds(30), $"call-{call}"), (ring.Token, ring.Kind, ring.Life, ring.CollapseKey));
        Assert.Equal(("token", "callEnded", TimeSpan.FromDays(7), ring.CollapseKey), (end.Token, end.Kind, end.Life, end.CollapseKey));
        Assert.Equal((Conversation.ToString(), null, true), (ring.ConversationUuid, ring.MessageUuid, ring.Call!.IsVoip));
    }

    [Fact]
    public async Task It_is_tried_for_half_a_minute()
    {
        _answer = _ => new PushOutcome(PushVerdict.ProviderLater);
        Add(Guid.NewGuid(), isEnd: false);
        for (var tries = 1; tries <= 15; tries++)
        {
            await Sent(tries);
            await Advanced();
        }

        await Advanced();
        Assert.InRange(_sent.Count, 14, 15);
    }

    [Fact]
    public async Task A_call_that_is_over_is_not_tried_again()
    {
        _answer = _ => new PushOutcome(PushVerdict.Later);
        var push = Add(Guid.NewGuid(), isEnd: false);
        await Sent(1);
        push.IsOver = true;
        await Advanced();
        await Advanced();
        Assert.Single(_sent);
    }

    private CallPush Add(Guid call, bool isEnd)
    {
        var push = new CallPush(Conversation, call, isEnd, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.True(_queue.TryAdd(Device, new PushTarget("ios", "token") { Voip = "voip" }, push));
        return push;
    }

    private Task Sent(int count) => DeliveryRecorder.Until(() => _sent.Count >= count);

    /// <summary>The pump's timer is set right after the answer, on its own thread.</summary>
    private async Task Advanced()
    {
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(5);
            _clock.Advance(CallPump.Pause / 5);
        }
    }
}
