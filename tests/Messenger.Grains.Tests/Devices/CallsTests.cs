using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Delivery.Fixture;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

/// <summary>A device that is called: connected, away, and gone without a word.</summary>
public sealed class CallsTests : IAsyncLifetime, IGatewayStreams
{
    private static readonly Guid Conversation = Guid.NewGuid();
    private static readonly Guid Call = Guid.NewGuid();
    private static readonly string Caller = UserIds.FromPhone("+35799000099");

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly ConcurrentQueue<GatewayEvent> _published = new();
    private DeliveryCluster _cluster = null!;

    private IDeviceGrain Device => _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device());

    private Connection Hinting => new(_cluster.Address(0), 1) { Features = Features.Hints };

    public async Task InitializeAsync()
    {
        _cluster = await DeliveryCluster.Start(
            [SiloRoles.All],
            (silo, _) =>
            {
                silo.Services.AddSingleton<TimeProvider>(_clock);
                silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            },
            (silo, _) => silo.Services.AddSingleton<IGatewayStreams>(this));
        await Device.SetPushTarget(new PushTarget("android", "token"));
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Who_is_away_is_woken_and_finds_the_call_at_the_login()
    {
        await KnowsCalls();
        await Device.Deliver(new([Signal(SignalAct.Start), Signal()]));
        await Pushed("call");
        var connected = await Device.Connect(Hinting, null);
        Assert.Equal([SignalAct.Start, SignalAct.None], connected.Ringing!.Select(told => told.Signal!.Act));
        Assert.Empty(_published);
        await Device.Deliver(new([Signal(SignalAct.Stop)]));
        Assert.Equal(0, Assert.Single(_published).Number);
        await Pushed("call", "callEnded");
        Assert.Null((await Device.Connect(Hinting with { Session = 2 }, null)).Ringing);
    }

    [Fact]
    public async Task A_client_that_does_not_know_of_calls_is_not_woken_for_one()
    {
        await Device.Connect(Hinting with { Features = Features.None }, null);
        await Device.Disconnect(1);
        await Device.Deliver(new([Signal(SignalAct.Start)]));
        await Device.Deliver(new([Signal(SignalAct.Stop)]));
        await KnowsCalls();
        await Pushed();
        await Device.Deliver(new([Signal(SignalAct.Start, Guid.NewGuid())]));
        await Pushed("call");
    }

    [Fact]
    public async Task A_connection_that_was_gone_already_is_woken_when_that_turns_out()
    {
        await Device.Connect(Hinting, null);
        await Device.Deliver(new([Signal(SignalAct.Start)]));
        Assert.Single(_published);
        Assert.Empty(_cluster.Pushes.All);
        _clock.Advance(TimeSpan.FromSeconds(16));
        await Pushed("call");

        await Device.Connect(Hinting with { Session = 2 }, null);
        await Device.Deliver(new([Signal(SignalAct.Start, Guid.NewGuid())]));
        await Device.Disconnect(2);
        await Pushed("call", "call");
    }

    [Fact]
    public async Task The_device_that_sent_it_is_not_told_and_what_is_untold_ends_the_call_in_silence()
    {
        var device = TestNotifications.Device();
        await Device.Connect(Hinting, null);
        var own = Signal(SignalAct.Stop) with { Signal = new SignalHint(DeviceKeys.UserOf(device), DeviceKeys.ApplicationOf(device), Conversation, Call, 4) { Act = SignalAct.Stop } };
        await Device.Deliver(new([Signal(SignalAct.Start), own]));
        Assert.Single(_published);
        await Device.Deliver(new([Signal(SignalAct.Start), own with { Signal = own.Signal! with { Application = "tablet", IsUntold = true } }]));
        Assert.Equal(2, _published.Count);
        Assert.Null((await Device.Connect(Hinting with { Session = 2 }, null)).Ringing);
        await Device.Deliver(new([own with { Signal = own.Signal! with { Application = "tablet" } }]));
        Assert.Equal(1, _published.Count(told => told.Session == 2));
    }

    [Fact]
    public async Task A_device_that_was_woken_and_answers_is_not_pushed_that_it_is_over()
    {
        await KnowsCalls();
        await Device.Deliver(new([Signal(SignalAct.Start)]));
        await Pushed("call");
        await Device.Connect(Hinting with { Session = 2 }, null);
        var device = TestNotifications.Device();
        var (user, application) = (DeviceKeys.UserOf(device), DeviceKeys.ApplicationOf(device));
        await Device.Deliver(new([Signal() with { Signal = new SignalHint(user, application, Conversation, Call, 4) { Act = SignalAct.Stop } }]));
        Assert.Null((await Device.Connect(Hinting with { Session = 3 }, null)).Ringing);

        // What is pushed next is another call's.
        await Device.Disconnect(3);
        await Device.Deliver(new([Signal(SignalAct.Start, Guid.NewGuid())]));
        await Pushed("call", "call");
    }

    void IGatewayStreams.Publish(SiloAddress gateway, GatewayEvent hint)
    {
        if (hint.Notification is not null)
        {
            _published.Enqueue(hint);
        }
    }

    bool IGatewayStreams.IsCrowded(SiloAddress gateway) => false;

    Task IGatewayStreams.Room(SiloAddress gateway, int events) => Task.CompletedTask;

    private async Task KnowsCalls()
    {
        await Device.Connect(Hinting, null);
        await Device.Disconnect(1);
    }

    private Task Pushed(params string[] kinds) => DeliveryCluster.Until(() => _cluster.Pushes.All.Select(push => push.Kind).SequenceEqual(kinds), $"pushes: {string.Join(", ", kinds)}");

    private static SerializedNotification Signal(SignalAct act = SignalAct.None, Guid? call = null) =>
        new(nameof(NotificationSignal), "{}"u8.ToArray(), Replayed: false, Push: null, 0)
        {
            Feature = Features.Hints,
            Signal = new SignalHint(Caller, "theirs", Conversation, call ?? Call, 4) { Act = act },
        };
}
