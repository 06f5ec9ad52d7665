using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

/// <summary>The device alone: a recorded stream, a clock that stands still until it is moved.</summary>
public sealed class DeviceGrainTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly RecordedStreams _streams = new();
    private DeliveryCluster _cluster = null!;
    private SiloAddress _gateway = null!;
    private int _next;

    private IDeviceGrain Device => _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device());

    public async Task InitializeAsync()
    {
        _cluster = await DeliveryCluster.Start(
            [SiloRoles.All, SiloRoles.All],
            (silo, _) =>
            {
                silo.Services.AddSingleton<TimeProvider>(_clock);
                silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            },
            (silo, _) => silo.Services.AddSingleton<IGatewayStreams>(_streams));
        _gateway = _cluster.Address(0);
        await Device.SetPushTarget(new PushTarget("android", "token"));
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_device_is_online_as_long_as_its_lease_is_renewed()
    {
        Assert.False(await Device.IsOnline());
        await Device.Connect(At(1), null);
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.True((await Device.Renew(1, 0)).Held);
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.True(await Device.IsOnline());
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await Device.IsOnline());
        Assert.True((await Device.Renew(1, 0)).Held);
        Assert.True(await Device.IsOnline());
    }

    [Fact]
    public async Task The_silo_renews_leases_without_the_grain()
    {
        var connected = await Device.Connect(At(1), null);
        await Deliver();
        var claims = new Immutable<LeaseClaim[]>([new(1, connected.Epoch, 0), new(2, 5, 5)]);
        var leases = new DeviceLeasesClient(_cluster.Silo(0)).On(connected.Host);
        var report = await leases.Renew(At(1).Gateway, claims);
        Assert.Equal([new LeaseClaim(1, connected.Epoch, 1)], report.Different);
        Assert.Equal([2L], report.Unknown);

        _clock.Advance(TimeSpan.FromSeconds(14));
        report = await leases.Renew(At(1).Gateway, new([new(1, connected.Epoch, 1)]));
        Assert.Empty(report.Different);
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.True(await Device.IsOnline());
    }

    [Fact]
    public async Task A_newer_connection_tells_the_older_and_a_repeated_one_tells_nobody()
    {
        await Device.Connect(At(1), null);
        await Device.Connect(At(1), null);
        Assert.Empty(_streams.All);
        await Device.Connect(At(2), null);
        Assert.Equal((1, CloseCode.Replaced), _streams.All.Select(hint => (hint.Session, hint.Close)).Single());
        await Device.Disconnect(1);
        Assert.True(await Device.IsOnline());
        Assert.False((await Device.Renew(1, 0)).Held);
    }

    [Fact]
    public async Task A_late_attempt_of_one_run_changes_nothing_while_a_later_one_is_live()
    {
        Assert.False((await Device.Connect(At(1) with { Attempt = new("run", 2) }, null)).Superseded);
        Assert.True((await Device.Connect(At(2) with { Attempt = new("run", 1) }, null)).Superseded);
        Assert.Empty(_streams.All);
        Assert.True((await Device.Renew(1, 0)).Held);

        // Another run counts for itself, and what is not live is not compared with.
        Assert.False((await Device.Connect(At(3) with { Attempt = new("another", 1) }, null)).Superseded);
        await Device.Connect(At(4) with { Attempt = new("run", 9) }, null);
        _clock.Advance(TimeSpan.FromSeconds(16));
        Assert.False((await Device.Connect(At(5) with { Attempt = new("run", 1) }, null)).Superseded);
    }

    [Fact]
    public async Task Notices_are_numbered_and_typing_is_not_kept()
    {
        await Deliver();
        var connected = await Device.Connect(At(1), null);
        Assert.Equal(1, connected.Number);
        await Deliver(2);
        await Device.Deliver(new([TestNotifications.Typing()]));
        Assert.Equal([2L, 3L, 0L], _streams.All.Select(hint => hint.Number));
        Assert.Equal(2, (await Device.Fetch(connected.Epoch, 1)).Notifications.Length);
        Assert.False((await Device.Fetch(connected.Epoch + 1, 1)).Continuous);
        await Device.Disconnect(1);
        _streams.All.Clear();
        await Device.Deliver(new([TestNotifications.Typing()]));
        Assert.Empty(_streams.All);
    }

    [Fact]
    public async Task An_absent_device_is_woken_by_each_message_that_deserves_it()
    {
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        await Device.Deliver(new([Wake(one), Wake(one), Wake(two), Wake(two, TestNotifications.User), TestNotifications.Of(0)]));
        await Pushed(one, two);
        await Settled();
        for (var more = 0; more < 3; more++)
        {
            await Device.Deliver(new([Wake(one)]));
            await Pushed([one, two, .. Enumerable.Repeat(one, more + 1)]);
            await Settled();
        }
    }

    [Fact]
    public async Task A_wake_is_held_back_while_one_for_that_conversation_waits_in_the_queue()
    {
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        _cluster.Pushes.Answer = _ => new PushOutcome(PushVerdict.Later, TimeSpan.FromSeconds(20));
        await Device.Deliver(new([Wake(one)]));
        await Pushed(one);
        await DeliveryCluster.Until(() => _cluster.Queue.All is [{ Due: var due }] && due > Now && due < Now + 50_000, "it is put off, and no longer claimed");

        // The provider was asked: one more is queued in its place, put off as it was, and the ones after it are held back.
        await Device.Deliver(new([Wake(one)]));
        var waiting = Assert.Single(_cluster.Queue.All);
        Assert.True(waiting.Due > Now);
        await Device.Deliver(new([Wake(one)]));
        await Device.Deliver(new([Wake(one), Wake(two)]));
        Assert.Contains(waiting, _cluster.Queue.All);
        Assert.Equal(2, _cluster.Queue.All.Count);

        // What is urgent is held back by none.
        await Device.Deliver(new([TestNotifications.Of(0, push: new PushHint(one, "urgent", "somebody") { IsUrgent = true })]));
        Assert.Contains(_cluster.Queue.All, push => push.Conversation == one && push.Message == "urgent");

        _cluster.Pushes.Answer = _ => PushOutcome.Taken;
        await DeliveryCluster.Until(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                await Device.IsOnline();
                return _cluster.Queue.All.Count == 0;
            },
            "all are sent");
        Assert.Equal(2, _cluster.Pushes.All.Count(push => push.Conversation == one));
    }

    [Fact]
    public async Task What_the_user_read_elsewhere_lowers_the_badge_at_most_once_in_ten_seconds()
    {
        _cluster.Queue.UnreadMessages = 3;
        await Device.Deliver(new([Badge(), Badge()]));
        await Pushed(Guid.Empty);
        await Settled();
        Assert.Equal((true, 3), (_cluster.Pushes.All.Single().IsBadge, _cluster.Pushes.All.Single().Badge));

        _cluster.Queue.UnreadMessages = 1;
        await Device.Deliver(new([Badge(), Badge("somebody else")]));
        await Device.Deliver(new([Badge()]));
        Assert.Equal(Now + 10_000, Assert.Single(_cluster.Queue.All).Due);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await DeliveryCluster.Until(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                await Device.IsOnline();
                return _cluster.Pushes.All.Count == 2;
            },
            "the second");
        Assert.Equal(1, _cluster.Pushes.All.Last().Badge);

        await Device.Connect(At(1), null);
        await Device.Deliver(new([Badge()]));
        Assert.Empty(_cluster.Queue.All);
    }

    [Fact]
    public async Task Who_was_added_is_woken_and_who_only_hears_of_it_is_not()
    {
        var group = Guid.NewGuid();
        await Device.Deliver(new([TestNotifications.Of(0, push: PushHint.Added(Guid.NewGuid(), "somebody", "an admin")), TestNotifications.Of(0, push: PushHint.Added(group, TestNotifications.User, "an admin"))]));
        await Pushed(group);
        Assert.Null(_cluster.Pushes.All.Single().Message);
    }

    [Fact]
    public async Task The_own_message_wakes_nobody()
    {
        var other = Guid.NewGuid();
        await Device.Deliver(new([Wake(Guid.NewGuid(), TestNotifications.User), Wake(other)]));
        await Pushed(other);
    }

    [Fact]
    public async Task What_a_connection_never_confirmed_is_pushed_when_its_lease_ends()
    {
        var (seen, unseen) = (Guid.NewGuid(), Guid.NewGuid());
        await Device.Connect(At(1), null);
        await Device.Deliver(new([Wake(seen), Wake(unseen)]));
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Device.Renew(1, 1);
        Assert.Empty(_cluster.Pushes.All);
        for (var i = 0; i < 4; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            await Device.IsOnline();
        }

        await Pushed(unseen);
    }

    [Fact]
    public async Task What_is_handed_over_on_its_silo_is_numbered_with_what_comes_as_a_call_and_pushed_when_nobody_confirms_it()
    {
        var connected = await Device.Connect(At(1), null);
        var endpoint = EndpointOn(connected.Host)!;
        await Deliver();
        var unseen = Guid.NewGuid();
        Assert.True(endpoint.TryTake([Wake(unseen), TestNotifications.Typing()]));
        await Deliver();
        Assert.Equal([1L, 2L, 0L, 3L], _streams.All.Select(hint => hint.Number));
        Assert.Equal(3, (await Device.Fetch(connected.Epoch, 0)).Notifications.Length);
        Assert.Equal((true, 3L), (await Device.Renew(1, 1) is var lease && lease.Held, lease.Number));

        // The lease ends, and nobody has said that it came.
        await DeliveryCluster.Until(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
                return !await Device.IsOnline() && !_cluster.Pushes.All.IsEmpty;
            },
            "the push");
        await Pushed(unseen);
    }

    [Fact]
    public async Task What_cannot_be_handed_over_at_once_is_the_grains_matter()
    {
        var host = (await Device.Connect(At(1), null)).Host;
        var endpoint = EndpointOn(host)!;
        _streams.Crowded = new TaskCompletionSource();
        Assert.False(endpoint.TryTake([TestNotifications.Of(1)]));
        _streams.Crowded = null;
        Assert.True(endpoint.TryTake([TestNotifications.Of(1)]));
        _clock.Advance(DeviceEndpoint.LeaseTime + TimeSpan.FromSeconds(1));
        Assert.False(endpoint.TryTake([TestNotifications.Of(2)]));
        await Device.Renew(1, 1);
        Assert.True(endpoint.TryTake([TestNotifications.Of(2)]));
        await Device.Disconnect(1);
        Assert.False(endpoint.TryTake([TestNotifications.Of(3)]));
        await Device.Connect(At(2), null);
        await _cluster.Deactivate(Device);
        Assert.False(endpoint.TryTake([TestNotifications.Of(3)]));
        Assert.True(endpoint.IsClosed);
        var lease = await Device.Renew(2, 0);
        Assert.Equal(2, lease.Number);
        Assert.NotSame(endpoint, EndpointOn(lease.Host));
    }

    [Fact]
    public async Task Hand_overs_from_many_threads_and_calls_get_each_a_number_and_go_out_in_its_order()
    {
        const int Each = 200;
        var connected = await Device.Connect(At(1), null);
        var endpoint = EndpointOn(connected.Host)!;
        var calls = Task.WhenAll(Enumerable.Range(0, Each).Select(n => Device.Deliver(new([TestNotifications.Of(n)]))));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var n = 0; n < Each; n++)
            {
                Assert.True(endpoint.TryTake([TestNotifications.Of(n)]));
            }
        })));
        await calls;
        Assert.Equal(Enumerable.Range(1, 5 * Each).Select(number => (long)number), _streams.All.Select(hint => hint.Number));
    }

    [Fact]
    public async Task A_doubt_starts_a_new_epoch_and_the_connection_is_told()
    {
        var before = await Device.Connect(At(1), null);
        await Deliver();
        await Device.RequireResync();
        Assert.Equal(CloseCode.ContinuityLost, _streams.All.Last().Close);
        Assert.True((await Device.Connect(At(2), new Cursor(before.Epoch, 1).ToString())).Resync);
    }

    [Fact]
    public async Task A_deactivation_keeps_inbox_and_connection_and_the_next_activation_consumes_them()
    {
        var before = await Device.Connect(At(1), null);
        await Deliver(3);
        await _cluster.Deactivate(Device);
        var lease = await Device.Renew(1, 0);
        Assert.Equal((true, before.Epoch, 3L), (lease.Held, lease.Epoch, lease.Number));
        var after = await Device.Connect(At(2), new Cursor(before.Epoch, 1).ToString());
        Assert.Equal([2, 3], after.Missed.Select(TestNotifications.Index));
    }

    [Fact]
    public async Task A_connection_keeps_its_device_where_it_is_and_the_goodbye_lets_it_leave()
    {
        var host = (await Device.Connect(At(1), null)).Host;
        var endpoint = EndpointOn(host)!;
        await CollectIdle();
        Assert.Equal(0, (await Device.Renew(1, 0)).Number);
        Assert.Same(endpoint, EndpointOn(host));

        await Device.Disconnect(1);
        await DeliveryCluster.Until(
            async () =>
            {
                await CollectIdle();
                return endpoint.IsClosed;
            },
            "the device leaves");
    }

    [Fact]
    public async Task A_killed_silo_never_brings_an_old_inbox_back()
    {
        var before = await Device.Connect(At(1), null);
        await Deliver(1);
        await _cluster.Deactivate(Device);
        await Deliver(2);
        var host = (await Device.Renew(1, 0)).Host;
        await _cluster.Kill(_cluster.Address(0).Equals(host) ? 0 : 1);
        await DeliveryCluster.Until(
            async () =>
            {
                try
                {
                    return (await Device.Renew(1, 0)).Host is var now && !now.Equals(host);
                }
                catch (Exception e) when (e is SiloUnavailableException or OrleansMessageRejectionException)
                {
                    return false;
                }
            },
            "the survivor has the device");
        Assert.True((await Device.Connect(At(2), new Cursor(before.Epoch, 1).ToString())).Resync);
    }

    [Fact]
    public async Task A_migration_carries_the_device()
    {
        var before = await Device.Connect(At(1), null);
        await Deliver(2);
        var writes = _cluster.Storage.Writes;
        await _cluster.Migrate(Device, _cluster.Address(0).Equals(before.Host) ? 1 : 0);
        var lease = await Device.Renew(1, 0);
        Assert.Equal((true, before.Epoch, 2L), (lease.Held, lease.Epoch, lease.Number));
        Assert.NotEqual(before.Host, lease.Host);
        Assert.Equal(writes, _cluster.Storage.Writes);
    }

    [Fact]
    public async Task A_deleted_device_is_forgotten()
    {
        var before = await Device.Connect(At(1), null);
        await Deliver();
        await Device.Close(CloseCode.Deleted);
        Assert.Equal(CloseCode.Deleted, _streams.All.Last().Close);
        Assert.Equal(0, _cluster.Storage.Rows);
        await Device.Deliver(new([Wake(Guid.NewGuid())]));
        Assert.True((await Device.Connect(At(2), new Cursor(before.Epoch, 1).ToString())).Resync);
        Assert.Empty(_cluster.Pushes.All);
    }

    [Fact]
    public async Task The_devices_of_a_user_live_on_one_silo()
    {
        var hosts = new HashSet<SiloAddress>();
        for (var n = 0; n < 8; n++)
        {
            hosts.Add((await _cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device(n)).Connect(At(n + 10), null)).Host);
        }

        Assert.Single(hosts);
    }

    private Connection At(long session) => new(_gateway, session);

    [Fact]
    public async Task Who_delivers_is_held_back_while_the_gateway_is_crowded_and_nobody_else_is()
    {
        await Device.Connect(At(1), null);
        _streams.Crowded = new TaskCompletionSource();
        var held = Deliver(2);
        await DeliveryCluster.Until(() => _streams.All.Count == 2, "both are published");
        Assert.True(await Device.IsOnline());
        await Device.Connect(At(2), null);
        Assert.False(held.IsCompleted);

        _streams.Crowded.SetResult();
        await held;
    }

    private Task CollectIdle() => _cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    private DeviceEndpoint? EndpointOn(SiloAddress host) =>
        _cluster.Silo(_cluster.Address(0).Equals(host) ? 0 : 1).GetRequiredService<DeviceEndpoints>().Find(TestNotifications.Device());

    private Task Deliver(int count = 1) => Device.Deliver(new([.. Enumerable.Range(0, count).Select(_ => TestNotifications.Of(++_next))]));

    private static SerializedNotification Wake(Guid conversation, string author = "somebody") => TestNotifications.Of(0, push: new PushHint(conversation, "message", author));

    private static SerializedNotification Badge(string? user = null) => TestNotifications.Of(0, push: PushHint.Badge(user ?? TestNotifications.User));

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private Task Settled() => DeliveryCluster.Until(() => _cluster.Queue.All.Count == 0, "nothing waits");

    private Task Pushed(params Guid[] conversations) => DeliveryCluster.Until(
        () => _cluster.Pushes.All.Select(push => push.Conversation).Order().SequenceEqual(conversations.Order()), "the pushes");

    private sealed class RecordedStreams : IGatewayStreams
    {
        public ConcurrentQueue<GatewayEvent> All { get; } = new();

        public void Publish(SiloAddress gateway, GatewayEvent hint) => All.Enqueue(hint);

        public TaskCompletionSource? Crowded { get; set; }

        public bool IsCrowded(SiloAddress gateway) => Crowded is not null;

        public Task Room(SiloAddress gateway, int events) => Crowded?.Task ?? Task.CompletedTask;
    }
}
