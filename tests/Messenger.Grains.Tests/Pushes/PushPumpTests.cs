using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Pushes;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace Messenger.Grains.Tests.Pushes;

/// <summary>From the device to the provider: a clock that stands still, a queue that outlives silos.</summary>
public sealed class PushPumpTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly Lease _lease = new();
    private DeliveryCluster _cluster = null!;

    private IDeviceGrain Device => _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device());

    public async Task InitializeAsync()
    {
        _cluster = await DeliveryCluster.Start(
            [SiloRoles.All, SiloRoles.All],
            (silo, _) =>
            {
                silo.Services.AddSingleton<TimeProvider>(_clock);
                silo.Services.AddSingleton<ISiloLease>(_lease);
                silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            });
        await Device.SetPushTarget(new PushTarget("android", "token"));
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_push_tells_where_to_look_and_what_the_badge_shows()
    {
        var conversation = Guid.NewGuid();
        _cluster.Queue.UnreadMessages = 7;
        await Deliver(conversation, "the-message");
        await Sent(1);
        var push = _cluster.Pushes.All.Single();
        Assert.Equal(("android", "token", conversation, "the-message", 7), (push.ApplicationType, push.Token, push.Conversation, push.Message, push.Badge));
        await Emptied();
    }

    [Fact]
    public async Task What_was_muted_since_it_was_queued_is_not_sent()
    {
        var (muted, heard) = (Guid.NewGuid(), Guid.NewGuid());
        _cluster.Queue.Muted = muted;
        await Deliver(muted);
        await Deliver(heard);
        await Sent(1);
        await Emptied();
        Assert.Equal([heard], _cluster.Pushes.All.Select(push => push.Conversation));
    }

    [Fact]
    public async Task A_delivery_to_who_is_offline_ends_when_its_push_is_on_disk()
    {
        _cluster.Queue.Away = true;
        var delivery = Deliver(Guid.NewGuid());
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Device.IsOnline();
        }

        Assert.False(delivery.IsCompleted);
        _cluster.Queue.Away = false;
        await DeliveryCluster.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return delivery.IsCompletedSuccessfully;
            },
            "the push is queued");
        await Sent(1);
    }

    [Fact]
    public async Task A_process_that_may_be_dead_sends_nothing()
    {
        _lease.IsHeld = false;
        await Deliver(Guid.NewGuid());
        await DeliveryCluster.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return _cluster.Queue.All is [{ Tries: > 1 }];
            },
            "it was tried");
        Assert.Empty(_cluster.Pushes.All);
        _lease.IsHeld = true;
        await EmptiedWhileTimePasses();
        Assert.Single(_cluster.Pushes.All);
    }

    [Fact]
    public async Task An_outage_of_the_provider_is_waited_for()
    {
        _cluster.Pushes.Answer = _ => new PushOutcome(PushVerdict.ProviderLater);
        await Deliver(Guid.NewGuid());
        await Deliver(Guid.NewGuid());
        await SentWhileTimePasses(4);
        Assert.Equal(2, _cluster.Queue.All.Count);
        _cluster.Pushes.Answer = _ => PushOutcome.Taken;
        await EmptiedWhileTimePasses();
    }

    [Fact]
    public async Task A_type_that_is_held_back_does_not_hold_back_the_other()
    {
        _cluster.Pushes.Answer = push => push.ApplicationType == "android" ? new PushOutcome(PushVerdict.ProviderLater, TimeSpan.FromHours(1)) : PushOutcome.Taken;
        await Deliver(Guid.NewGuid());
        await Sent(1);
        var other = _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device(2));
        await other.SetPushTarget(new PushTarget("ios", "apple"));
        await other.Deliver(new([Wake(Guid.NewGuid())]));
        await Sent(2);
        await DeliveryCluster.Until(() => _cluster.Queue.All is [{ ApplicationType: "android" }], "only the held one waits");
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_does_not_hold_up_the_other()
    {
        // More than are on their way at once, of a provider that answers nobody until the end.
        const int stuck = 120;
        var (release, answered) = (new TaskCompletionSource<PushOutcome>(), 0);
        _cluster.Pushes.AnswerLater = push =>
        {
            if (push.ApplicationType == "android")
            {
                return release.Task;
            }

            Interlocked.Increment(ref answered);
            return Task.FromResult(PushOutcome.Taken);
        };
        await Task.WhenAll(Enumerable.Range(0, stuck).Select(_ => Deliver(Guid.NewGuid())));
        await DeliveryCluster.Until(
            () =>
            {
                // On a busy machine a device may not answer in time: its push comes again.
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return _cluster.Pushes.All.Count >= 32;
            },
            "the slow provider has what it takes at once");
        var other = _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device(2));
        await other.SetPushTarget(new PushTarget("ios", "apple"));
        for (var at = 1; at <= 3; at++)
        {
            await other.Deliver(new([Wake(Guid.NewGuid())]));
            await DeliveryCluster.Until(() => Volatile.Read(ref answered) == at, "the other provider has its push");
        }

        release.SetResult(PushOutcome.Taken);
        await EmptiedWhileTimePasses();
    }

    [Fact]
    public async Task Nothing_is_sent_to_who_came_meanwhile_or_is_gone()
    {
        _cluster.Pushes.Answer = _ => new PushOutcome(PushVerdict.Later, TimeSpan.FromSeconds(10));
        var deleted = _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device(3));
        await deleted.SetPushTarget(new PushTarget("ios", "apple"));
        await deleted.Deliver(new([Wake(Guid.NewGuid())]));
        await Deliver(Guid.NewGuid());
        await Sent(2);
        await DeliveryCluster.Until(() => _cluster.Queue.All.All(push => push.Due > Now && push.Due < Now + 20_000), "both wait");

        await Device.Connect(new Connection(_cluster.Address(0), 1), null);
        await deleted.Close(Messenger.Protocol.CloseCode.Deleted);
        _clock.Advance(TimeSpan.FromSeconds(11));
        await Device.Renew(1, 0);
        await Emptied();
        Assert.Equal(2, _cluster.Pushes.All.Count);
    }

    [Fact]
    public async Task A_killed_silo_forgets_nothing_that_it_had_claimed()
    {
        _cluster.Pushes.Answer = _ => new PushOutcome(PushVerdict.Later, TimeSpan.FromSeconds(90));
        for (var i = 0; i < 20; i++)
        {
            await Deliver(Guid.NewGuid());
        }

        await Sent(20);
        await _cluster.Kill(1);
        _cluster.Pushes.Answer = _ => PushOutcome.Taken;
        await EmptiedWhileTimePasses();
        Assert.Equal(20, _cluster.Pushes.All.Select(push => push.Conversation).Distinct().Count());
    }

    [Fact]
    public async Task What_a_doubted_connection_had_not_confirmed_is_pushed_when_it_turns_out_to_be_gone()
    {
        var conversation = Guid.NewGuid();
        await Device.Connect(new Connection(_cluster.Address(0), 1), null);
        await Deliver(conversation);
        await Device.RequireResync();
        Assert.Empty(_cluster.Pushes.All);
        await Device.Disconnect(1);
        await Sent(1);
        Assert.Equal(conversation, _cluster.Pushes.All.Single().Conversation);
    }

    [Fact]
    public async Task What_waited_for_days_is_forgotten()
    {
        _cluster.Pushes.Answer = _ => new PushOutcome(PushVerdict.ProviderLater, TimeSpan.FromDays(30));
        await Deliver(Guid.NewGuid());
        await Sent(1);
        _clock.Advance(PushPump.Timeout + TimeSpan.FromMinutes(1));
        await EmptiedWhileTimePasses();
        Assert.Single(_cluster.Pushes.All);
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private Task Deliver(Guid conversation, string message = "message") => Device.Deliver(new([Wake(conversation, message)]));

    private static SerializedNotification Wake(Guid conversation, string message = "message") => TestNotifications.Of(0, push: new PushHint(conversation, message, "somebody"));

    private Task Sent(int count) => DeliveryCluster.Until(() => _cluster.Pushes.All.Count == count, $"{count} pushes are sent");

    private Task Emptied() => DeliveryCluster.Until(() => _cluster.Queue.All.Count == 0, "nothing waits");

    private Task SentWhileTimePasses(int count) => WhileTimePasses(() => _cluster.Pushes.All.Count >= count, $"{count} tries");

    private Task EmptiedWhileTimePasses() => WhileTimePasses(() => _cluster.Queue.All.Count == 0, "nothing waits");

    private Task WhileTimePasses(Func<bool> backoff, string what) => DeliveryCluster.Until(
        () =>
        {
            _clock.Advance(PushLane.PollInterval);
            return backoff();
        },
        what);

    private sealed class Lease : ISiloLease
    {
        public bool IsHeld { get; set; } = true;

        public ValueTask<bool> Confirm() => ValueTask.FromResult(IsHeld);
    }
}
