using System.Diagnostics;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Delivery;
using Messenger.Grains.Hosting;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Streams;
using Xunit;
using Xunit.Abstractions;

namespace Messenger.Grains.Tests.Delivery;

/// <summary>The stream provider alone: silo 0 publishes, silo 1 is the gateway.</summary>
public class GatewayStreamTests(ITestOutputHelper output)
{
    private static readonly string[] Roles = [SiloRoles.Worker, SiloRoles.Gateway];

    [Fact]
    public async Task Events_arrive_in_order_and_in_batches()
    {
        await using var cluster = await DeliveryCluster.Start(Roles);
        var listener = await Listener.On(cluster);
        Publish(cluster, 1, 20_000);
        await DeliveryCluster.Until(() => listener.Count == 20_000, "all events");
        Assert.True(listener.InOrder);
        Assert.True(listener.Batches < 10_000, $"{listener.Batches} batches");
    }

    [Fact]
    public async Task A_listener_that_hangs_costs_a_bounded_queue_and_hears_again_afterwards()
    {
        await using var cluster = await DeliveryCluster.Start(Roles);
        var listener = await Listener.On(cluster);
        listener.Gate = new TaskCompletionSource();
        const int Sent = 400_000;
        Publish(cluster, 1, Sent);
        listener.Gate.SetResult();
        await DeliveryCluster.Until(
            () =>
            {
                Publish(cluster, Sent + 1, 1);
                return listener.Last > Sent;
            },
            "events after the jam");
        Assert.True(listener.Count < Sent, "nothing was dropped");
        Assert.True(listener.InOrder);
    }

    [Fact]
    public async Task A_silo_that_is_no_gateway_takes_nothing()
    {
        await using var cluster = await DeliveryCluster.Start([SiloRoles.Worker]);
        Assert.False(await new GatewayInletClient(cluster.Silo(0)).On(cluster.Address(0)).Push(new GatewayBatch([])));
    }

    /// <summary>Figures, printed and not asserted: this provider beside Orleans' memory streams, over two silos in this process.</summary>
    [Theory]
    [Trait("Category", "Figures")]
    [InlineData("gateway streams", 0)]
    [InlineData("memory streams, pull 100 ms", 100)]
    [InlineData("memory streams, pull 10 ms", 10)]
    public async Task Figures(string name, int pull)
    {
        await using var cluster = await DeliveryCluster.Start(Roles, null, pull == 0 ? null : (silo, _) =>
        {
            silo.AddGatewayPublishing();
            silo.AddMemoryStreams(GatewayStream.Provider, streams =>
            {
                streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(pull)));
                streams.ConfigureStreamPubSub(StreamPubSubType.ExplicitGrainBasedOnly);
            });
        });
        var listener = await Listener.On(cluster);
        Publish(cluster, 1, 1);
        await DeliveryCluster.Until(() => listener.Count == 1, "the first event");

        var latencies = new List<double>();
        for (var n = 2; n < 102; n++)
        {
            // Low load: each event finds everybody waiting.
            await Task.Delay(Random.Shared.Next(20, 60));
            var heard = listener.Next();
            var start = Stopwatch.GetTimestamp();
            Publish(cluster, n, 1);
            await heard;
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        latencies.Sort();
        const int Total = 500_000;
        const int Window = 20_000;
        var (before, watch) = (listener.Count, Stopwatch.StartNew());
        for (var sent = 0; sent < Total; sent += 1000)
        {
            while (sent - (listener.Count - before) > Window && watch.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Yield();
            }

            Publish(cluster, 102 + sent, 1000);
        }

        await DeliveryCluster.Until(() => listener.Count - before == Total || watch.Elapsed > TimeSpan.FromSeconds(20), "all events or enough time");
        var heardAll = listener.Count - before;
        output.WriteLine(
            $"{name}: p50 {latencies[latencies.Count / 2]:F2} ms, p99 {latencies[latencies.Count * 99 / 100]:F2} ms; "
            + $"{heardAll / watch.Elapsed.TotalSeconds:N0} events/s ({heardAll:N0} of {Total:N0} heard)");
    }

    private static void Publish(DeliveryCluster cluster, int first, int count)
    {
        var (streams, gateway) = (cluster.Silo(0).GetRequiredService<IGatewayStreams>(), cluster.Address(1));
        for (var n = first; n < first + count; n++)
        {
            streams.Publish(gateway, new GatewayEvent(1, 1, n, Shared, CloseCode.None));
        }
    }

    private static readonly SerializedNotification Shared = TestNotifications.Of(1, 256);

    private sealed class Listener : IAsyncObserver<GatewayBatch>
    {
        private long _last;
        private int _count;
        private volatile TaskCompletionSource? _next;

        public TaskCompletionSource? Gate { get; set; }

        public int Count => Volatile.Read(ref _count);

        public long Last => Volatile.Read(ref _last);

        public int Batches { get; private set; }

        public bool InOrder { get; private set; } = true;

        public static async Task<Listener> On(DeliveryCluster cluster)
        {
            var listener = new Listener();
            await cluster.Silo(1).GetRequiredKeyedService<IStreamProvider>(GatewayStream.Provider)
                .GetStream<GatewayBatch>(GatewayStream.Of(cluster.Address(1))).SubscribeAsync(listener);
            return listener;
        }

        public Task Next() => (_next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public async Task OnNextAsync(GatewayBatch item, StreamSequenceToken? token = null)
        {
            if (Gate is { } gate)
            {
                await gate.Task;
            }

            Batches++;
            foreach (var hint in item.Events)
            {
                InOrder &= hint.Number >= _last;
                Volatile.Write(ref _last, hint.Number);
                Interlocked.Increment(ref _count);
            }

            _next?.TrySetResult();
        }

        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }
}
