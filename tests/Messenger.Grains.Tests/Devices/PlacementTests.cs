using Messenger.Delivery.Fixture;
using Messenger.Grains.Devices;
using Messenger.Grains.Placement;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

public class PlacementTests
{
    [Fact]
    public async Task Devices_live_on_workers_only()
    {
        await using var cluster = await DeliveryCluster.Start([SiloRoles.Gateway, SiloRoles.Worker]);
        for (var n = 0; n < 20; n++)
        {
            var key = $"{new string((char)('A' + n), 43)}=/device";
            var connected = await cluster.Client.GetGrain<IDeviceGrain>(key).Connect(new Connection(cluster.Address(0), n + 1), null);
            Assert.Equal(cluster.Address(1), connected.Host);
        }
    }

    [Fact]
    public async Task Without_a_worker_a_call_fails_at_once()
    {
        await using var cluster = await DeliveryCluster.Start([SiloRoles.Gateway]);
        var call = cluster.Client.GetGrain<IDeviceGrain>(Notices.Device()).IsOnline();
        await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.True(call.IsFaulted);
    }
}
