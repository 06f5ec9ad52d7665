using System.Reflection;
using System.Security.Cryptography;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Delivery.Fixture;
using Orleans.Runtime;
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
    public async Task What_begins_at_once_is_spread_over_the_workers()
    {
        await using var cluster = await DeliveryCluster.Start([SiloRoles.Worker, SiloRoles.Worker]);
        var devices = Enumerable.Range(0, 64)
            .Select(_ => cluster.Client.GetGrain<IDeviceGrain>($"{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}/device")).ToList();
        await Task.WhenAll(devices.Select(device => device.IsOnline()));

        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        var hosts = await Task.WhenAll(devices.Select(async device => await management.GetActivationAddress(device)));

        // Who looks for an actor without a call looks where it is.
        SiloAddress[] workers = [cluster.Address(0), cluster.Address(1)];
        Assert.Equal(devices.Select(device => ByKeyDirector.Choose(device.GetPrimaryKeyString(), workers)), hosts);

        // Fewer than 10 of 64 on one of them by chance: once in a hundred million runs.
        Assert.InRange(hosts.Count(host => cluster.Address(0).Equals(host)), 10, 54);
    }

    [Fact]
    public void Every_actor_of_the_workers_is_placed_by_its_key() => Assert.All(
        typeof(ByKeyAttribute).Assembly.GetTypes().Where(type => type.GetCustomAttribute<SiloRoleAttribute>() is { Role: SiloRoles.Worker }),
        type => Assert.NotNull(type.GetCustomAttribute<ByKeyAttribute>()));

    [Fact]
    public async Task Without_a_worker_a_call_fails_at_once()
    {
        await using var cluster = await DeliveryCluster.Start([SiloRoles.Gateway]);
        var call = cluster.Client.GetGrain<IDeviceGrain>(TestNotifications.Device()).IsOnline();
        await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.True(call.IsFaulted);
    }
}
