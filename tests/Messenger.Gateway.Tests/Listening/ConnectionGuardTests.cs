using System.Net;
using Messenger.Gateway.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Gateway.Tests.Listening;

/// <summary>Who makes room for whom when a process has as many connections as its descriptors allow.</summary>
public sealed class ConnectionGuardTests
{
    /// <summary>Of which 64 are the reserve, 36 are no connections, and 100 are left.</summary>
    private const int Limit = 200;

    private int _others = 36;
    private ConnectionGuard? _counted;

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             7823                 7823                 processes ", null)]
    public void The_limit_is_read_as_the_kernel_writes_it(string line, int? limit) => Assert.Equal(limit, OpenFiles.LimitIn(["Limit  Soft Limit  Hard Limit  Units", line]));

    [Fact]
    public async Task The_oldest_that_serves_no_request_makes_room()
    {
        using var guard = Guard();
        Assert.Equal(100, guard.Capacity);
        var first = await Enter(guard, 1);
        var second = await Enter(guard, 2);
        first.Slot.BeginRequest();
        for (var i = 2; i < 100; i++)
        {
            await Enter(guard, i);
        }

        var connection = new Connection(200);
        var newest = guard.TryEnter(connection)!;
        var room = guard.WaitForRoom(newest);
        Assert.False(room.IsCompleted);
        Assert.False(first.IsCut);
        Assert.True(second.IsCut);
        second.Slot.Leave();
        await room.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(connection.IsCut);
        Assert.Equal(100, guard.Open);
    }

    [Fact]
    public async Task Where_all_serve_requests_nothing_is_accepted_until_one_rests_or_goes()
    {
        using var guard = Guard();
        var all = new List<Connection>();
        for (var i = 0; i < 100; i++)
        {
            all.Add(await Enter(guard, i));
            all[i].Slot.BeginRequest();
        }

        var waiting = guard.WaitForRoom(guard.TryEnter(new Connection(200))!);
        guard.Look();
        Assert.False(waiting.IsCompleted);
        all[7].Slot.EndRequest();
        guard.Look();
        Assert.Contains(all, one => one.IsCut);
    }

    [Fact]
    public async Task Sessions_leave_an_eighth_for_everything_else()
    {
        using var guard = Guard();
        for (var i = 0; i < 88; i++)
        {
            Assert.True((await Enter(guard, i)).Slot.TryBecomeSession());
        }

        var late = await Enter(guard, 99);
        Assert.False(late.Slot.TryBecomeSession());
        Assert.False(late.IsCut);
    }

    [Fact]
    public async Task What_else_the_process_opens_is_taken_from_the_connections()
    {
        using var guard = Guard();
        await Enter(guard, 1);
        _others = 80;
        guard.Count();
        Assert.Equal(56, guard.Capacity);
    }

    [Fact]
    public async Task Connections_of_one_address_make_room_among_themselves()
    {
        using var guard = Guard(perAddress: 3);
        var other = await Enter(guard, 9);
        var mine = new[] { await Enter(guard, 1), await Enter(guard, 1), await Enter(guard, 1) };
        mine[0].Slot.BeginRequest();
        var fourth = await Enter(guard, 1);
        Assert.False(mine[0].IsCut);
        Assert.True(mine[1].IsCut);
        mine[2].Slot.BeginRequest();
        fourth.Slot.BeginRequest();
        Assert.Null(guard.TryEnter(new Connection(1)));

        // A session is counted elsewhere.
        Assert.True(fourth.Slot.TryBecomeSession());
        Assert.NotNull(guard.TryEnter(new Connection(1)));
        Assert.False(other.IsCut);
    }

    [Fact]
    public void A_proxy_has_as_many_as_it_wants()
    {
        using var guard = Guard(perAddress: 3, proxies: "10.0.0.0/8");
        Assert.All(Enumerable.Range(0, 50), _ => Assert.NotNull(guard.TryEnter(new Connection(1))));
    }

    private ConnectionGuard Guard(int perAddress = 1000, string? proxies = null) => _counted = new(
        new GatewayOptions { ConnectionsPerAddress = perAddress }, proxies is null ? [] : [IPNetwork.Parse(proxies)], Limit, () => _others + (_counted?.Open ?? 0),
        new FakeTimeProvider());

    private static async Task<Connection> Enter(ConnectionGuard guard, int host)
    {
        var connection = new Connection(host);
        connection.Slot = guard.TryEnter(connection)!;
        await guard.WaitForRoom(connection.Slot);
        return connection;
    }

    private sealed class Connection(int host) : DefaultConnectionContext
    {
        public ConnectionSlot Slot { get; set; } = null!;

        public bool IsCut { get; private set; }

        public override EndPoint? RemoteEndPoint { get; set; } = new IPEndPoint(new IPAddress([10, 0, 0, (byte)host]), 1);

        public override void Abort(ConnectionAbortedException abortReason) => IsCut = true;
    }
}
