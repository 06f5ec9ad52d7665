using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Delivery.Fixture;
using Messenger.Gateway.Delivery;
using Messenger.Gateway.Hosting;
using Messenger.Grains.Hosting;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Gateway.Tests.Delivery;

/// <summary>From a device's grain to a session's outlet, over real silos: worker 0 hosts the device, gateway 1 the session.</summary>
public class DeliveryTests
{
    private static readonly string[] WorkerAndGateway = [SiloRoles.Worker, SiloRoles.Gateway];

    [Fact]
    public async Task Notices_arrive_once_and_in_order_with_their_cursors()
    {
        await using var cluster = await Start(WorkerAndGateway);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet);
        for (var n = 1; n <= 2000; n += 10)
        {
            await Deliver(cluster, n, 10);
        }

        await DeliveryCluster.Until(() => outlet.Count >= 2000, "all notices");
        Assert.Equal(Enumerable.Range(1, 2000), outlet.Indexes);
        Assert.EndsWith("-7d0", outlet.LastCursor, StringComparison.Ordinal);
        Assert.True(await Device(cluster).IsOnline());
    }

    [Fact]
    public async Task One_process_delivers_by_the_same_way()
    {
        await using var cluster = await Start([SiloRoles.All]);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet, gateway: 0);
        await Deliver(cluster, 1, 3);
        await DeliveryCluster.Until(() => outlet.Count == 3, "all notices");
        Assert.Equal([1, 2, 3], outlet.Indexes);
    }

    [Fact]
    public async Task What_follows_at_once_goes_out_together_up_to_a_bound()
    {
        await using var cluster = await Start([SiloRoles.All], lossy: true);
        Lossy.Of(cluster, 0).Drops = _ => true;
        var (outlet, sessions) = (new RecordedOutlet(), Sessions(cluster, gateway: 0));
        await using var session = await Connect(cluster, outlet, gateway: 0);
        var (epoch, number) = (session.Claim()!.Value.Epoch, 0);
        GatewayBatch Batch(int count, bool more) => new(
            [.. Enumerable.Range(0, count).Select(_ => new GatewayEvent(session.Session, epoch, ++number, TestNotifications.Of(number), CloseCode.None))])
        { More = more };

        sessions.Receive(Batch(1, more: true));
        Assert.Equal(0, outlet.Count);
        sessions.Receive(Batch(1, more: false));
        Assert.Equal([1, 2], outlet.Indexes);

        sessions.Receive(Batch(2047, more: true));
        Assert.Equal(2, outlet.Count);
        sessions.Receive(Batch(1, more: true));
        Assert.Equal(Enumerable.Range(1, 2050), outlet.Indexes);
    }

    [Fact]
    public async Task A_resumed_session_gets_what_it_missed_after_its_answer_and_before_what_is_new()
    {
        await using var cluster = await Start(WorkerAndGateway);
        var first = new RecordedOutlet();
        var session = await Connect(cluster, first);
        await Deliver(cluster, 1, 2);
        await DeliveryCluster.Until(() => first.Count == 2, "the first two");
        await session.DisposeAsync();
        Assert.False(await Device(cluster).IsOnline());
        await Deliver(cluster, 3, 2);

        var second = new RecordedOutlet();
        await using var resumed = Sessions(cluster).Attach(TestNotifications.Device(), second);
        var connected = await resumed.Connect(first.LastCursor);
        Assert.False(connected!.Resync);
        Assert.Equal(2, connected.Missed.Length);
        await Deliver(cluster, 5, 2);
        Assert.Equal(0, second.Count);
        resumed.Begin();
        await DeliveryCluster.Until(() => second.Count == 4, "missed and new");
        Assert.Equal([3, 4, 5, 6], second.Indexes);
    }

    [Fact]
    public async Task Events_that_are_dropped_are_fetched_from_the_inbox()
    {
        await using var cluster = await Start(WorkerAndGateway, lossy: true);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet);
        Lossy.Of(cluster, 0).Drops = hint => hint.Number % 3 != 0;
        await Deliver(cluster, 1, 300);
        await DeliveryCluster.Until(() => outlet.Count == 300, "all notices");
        Assert.Equal(Enumerable.Range(1, 300), outlet.Indexes);
    }

    [Fact]
    public async Task A_lost_tail_is_found_by_the_lease()
    {
        await using var cluster = await Start(WorkerAndGateway, lossy: true);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet);
        Lossy.Of(cluster, 0).Drops = _ => true;
        await Deliver(cluster, 1, 7);
        await cluster.Silo(1).GetRequiredService<LeaseKeeper>().Renew(CancellationToken.None);
        await DeliveryCluster.Until(() => outlet.Count == 7, "the tail");
        Assert.Equal(Enumerable.Range(1, 7), outlet.Indexes);
    }

    [Fact]
    public async Task A_newer_connection_displaces_the_older_even_when_telling_it_gets_lost()
    {
        await using var cluster = await Start(WorkerAndGateway, lossy: true);
        var (first, second, third) = (new RecordedOutlet(), new RecordedOutlet(), new RecordedOutlet());
        await using var one = await Connect(cluster, first);
        await using var two = await Connect(cluster, second);
        await DeliveryCluster.Until(() => first.Closed == CloseCode.Replaced, "4001");

        Lossy.Of(cluster, 0).Drops = _ => true;
        await using var three = await Connect(cluster, third);
        await cluster.Silo(1).GetRequiredService<LeaseKeeper>().Renew(CancellationToken.None);
        Assert.Equal(CloseCode.Replaced, second.Closed);
        Assert.Equal(CloseCode.None, third.Closed);
        await one.DisposeAsync();
        await two.DisposeAsync();
        Assert.True(await Device(cluster).IsOnline());
    }

    [Fact]
    public async Task A_doubt_closes_with_1012_even_when_telling_it_gets_lost()
    {
        await using var cluster = await Start(WorkerAndGateway, lossy: true);
        var (first, second) = (new RecordedOutlet(), new RecordedOutlet());
        await using var one = await Connect(cluster, first);
        await Device(cluster).RequireResync();
        await DeliveryCluster.Until(() => first.Closed == CloseCode.ContinuityLost, "1012");

        await using var two = await Connect(cluster, second);
        Lossy.Of(cluster, 0).Drops = _ => true;
        await Device(cluster).RequireResync();
        await cluster.Silo(1).GetRequiredService<LeaseKeeper>().Renew(CancellationToken.None);
        Assert.Equal(CloseCode.ContinuityLost, second.Closed);
    }

    [Fact]
    public async Task A_client_too_slow_to_read_is_closed()
    {
        await using var cluster = await Start(WorkerAndGateway);
        var outlet = new RecordedOutlet(room: 2);
        await using var session = await Connect(cluster, outlet);
        await Deliver(cluster, 1, 5);
        await DeliveryCluster.Until(() => outlet.Closed == CloseCode.TooSlow, "4009");
        Assert.Equal([1, 2], outlet.Indexes);
    }

    [Fact]
    public async Task A_killed_worker_means_1012_and_a_resynchronisation()
    {
        await using var cluster = await Start([SiloRoles.Worker, SiloRoles.Gateway, SiloRoles.Worker]);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet);
        await Deliver(cluster, 1, 3);
        await DeliveryCluster.Until(() => outlet.Count == 3, "all notices");
        await cluster.Kill(session.Host!.Equals(cluster.Address(0)) ? 0 : 2);
        await DeliveryCluster.Until(() => outlet.Closed == CloseCode.ContinuityLost, "1012");

        await using var again = Sessions(cluster).Attach(TestNotifications.Device(), new RecordedOutlet());
        Assert.True((await again.Connect(outlet.LastCursor))!.Resync);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_hands_its_devices_on_and_no_client_sees_it()
    {
        await using var cluster = await Start([SiloRoles.Worker, SiloRoles.Gateway, SiloRoles.Worker]);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet);
        await Deliver(cluster, 1, 3);
        var (from, to) = session.Host!.Equals(cluster.Address(0)) ? (0, 2) : (2, 0);
        await cluster.Stop(from);
        await Deliver(cluster, 4, 3);
        await DeliveryCluster.Until(() => outlet.Count == 6, "all notices");
        Assert.Equal(Enumerable.Range(1, 6), outlet.Indexes);
        await DeliveryCluster.Until(() => session.Host!.Equals(cluster.Address(to)), "the lease follows the device");
        Assert.Equal(CloseCode.None, outlet.Closed);
    }

    [Fact]
    public async Task A_subscription_that_got_lost_is_made_anew_when_the_heartbeat_stays_away()
    {
        await using var cluster = await Start(WorkerAndGateway);
        var outlet = new RecordedOutlet();
        await using var session = await Connect(cluster, outlet);
        var stream = cluster.Silo(1).GetRequiredKeyedService<Orleans.Streams.IStreamProvider>(GatewayStream.Provider)
            .GetStream<GatewayBatch>(GatewayStream.Of(cluster.Address(1)));
        var before = Assert.Single(await stream.GetAllSubscriptionHandles());
        await before.UnsubscribeAsync();
        await DeliveryCluster.Until(
            async () => (await stream.GetAllSubscriptionHandles()) is [var now] && now.HandleId != before.HandleId, "a new subscription");
        await Deliver(cluster, 1, 3);
        await DeliveryCluster.Until(() => outlet.Count == 3, "all notices");

        // The notifications may have come by the lease.
        await DeliveryCluster.Until(() => cluster.Silo(1).GetRequiredService<StreamListener>().Hears, "a heartbeat");
    }

    [Fact]
    public async Task A_dead_gateway_leaves_nothing_behind()
    {
        await using var cluster = await Start([SiloRoles.Worker, SiloRoles.Gateway]);
        var session = await Connect(cluster, new RecordedOutlet());
        await Device(cluster).SetPushTarget(new PushTarget("android", "token"));
        await Deliver(cluster, 1, 1);
        Assert.True(await Device(cluster).IsOnline());
        await cluster.Kill(1);
        await DeliveryCluster.Until(async () => !await Device(cluster).IsOnline(), "offline");
        await Device(cluster).Deliver(new Immutable<SerializedNotification[]>([TestNotifications.Of(2, push: new PushHint(Guid.NewGuid(), "m", "somebody"))]));
        await DeliveryCluster.Until(() => cluster.Pushes.All.Count == 1, "a push");
        await DeliveryCluster.Until(() => cluster.Storage.Rows == 1, "the device's row, and none of the gateway");
        GC.KeepAlive(session);
    }

    private static Task<DeliveryCluster> Start(string[] roles, bool lossy = false) => DeliveryCluster.Start(roles, (silo, isGateway) =>
    {
        if (isGateway)
        {
            silo.Services.AddDeviceLeasesClient();
            silo.Services.AddDelivery();
        }

        if (lossy)
        {
            Lossy.Wrap(silo);
        }
    });

    private static Subscriptions Sessions(DeliveryCluster cluster, int gateway = 1) => cluster.Silo(gateway).GetRequiredService<Subscriptions>();

    private static IDeviceGrain Device(DeliveryCluster cluster) => cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device());

    private static async Task<Subscription> Connect(DeliveryCluster cluster, RecordedOutlet outlet, int gateway = 1)
    {
        var session = Sessions(cluster, gateway).Attach(TestNotifications.Device(), outlet);
        Assert.NotNull(await session.Connect(null));
        session.Begin();
        return session;
    }

    private static Task Deliver(DeliveryCluster cluster, int first, int count) =>
        Device(cluster).Deliver(new Immutable<SerializedNotification[]>([.. Enumerable.Range(first, count).Select(n => TestNotifications.Of(n))]));

    /// <summary>Streams that lose what a test tells them to.</summary>
    private sealed class Lossy(IGatewayStreams streams) : IGatewayStreams
    {
        public Predicate<GatewayEvent> Drops { get; set; } = _ => false;

        public static void Wrap(ISiloBuilder silo)
        {
            var inner = silo.Services.Last(service => service.ServiceType == typeof(IGatewayStreams)).ImplementationFactory!;
            silo.Services.AddSingleton<IGatewayStreams>(services => new Lossy((IGatewayStreams)inner(services)));
        }

        public static Lossy Of(DeliveryCluster cluster, int silo) => (Lossy)cluster.Silo(silo).GetRequiredService<IGatewayStreams>();

        public void Publish(SiloAddress gateway, GatewayEvent hint)
        {
            if (!Drops(hint))
            {
                streams.Publish(gateway, hint);
            }
        }

        public bool IsCrowded(SiloAddress gateway) => streams.IsCrowded(gateway);

        public Task Room(SiloAddress gateway, int events) => streams.Room(gateway, events);
    }
}
