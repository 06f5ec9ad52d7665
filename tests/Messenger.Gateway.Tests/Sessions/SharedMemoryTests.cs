using System.Net.WebSockets;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Gateway.Transport;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>All connections together have budgets; past them the largest holder goes, or the newcomer, and everybody else is served.</summary>
public class SharedMemoryTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task GuestsThatAreTooManyAreRefusedBeforeTheUpgradeAndALoginMakesRoom()
    {
        await using var server = await GatewayServer.Start(memory: new MemoryOptions { Guests = 2 * SharedMemory.GuestBytes });
        using var first = await server.Connect();
        using var second = await server.Connect();
        await Assert.ThrowsAsync<WebSocketException>(server.Connect);
        Assert.Equal(1, server.Memory.Guests.Sheds);

        await first.Send(Login("one"));
        Assert.Equal("ok", (await first.Status()).Status);
        using (await server.Connect())
        {
            Assert.Equal(server.Memory.Guests.Limit, server.Memory.Guests.Used);
        }

        // A guest that goes makes room too.
        await Eventually.True(() => server.Memory.Guests.Used == SharedMemory.GuestBytes, "room");
        await first.AssertAlive();
        await second.AssertAlive();
    }

    [Fact]
    public async Task AGuestsLongMessageIsRefusedWhereThereIsNoRoom()
    {
        await using var server = await GatewayServer.Start(memory: new MemoryOptions { Guests = (2 * SharedMemory.GuestBytes) + (8 * KiB) });
        using var first = await server.Connect();
        using var second = await server.Connect();
        await first.Send(new byte[8 * KiB], end: false);
        await Eventually.True(() => server.Memory.Guests.Used == (2 * SharedMemory.GuestBytes) + (8 * KiB), "held");
        await second.Send(new byte[8 * KiB], end: false);
        Assert.Equal(1013, (await second.Closed()).Code);
        await Eventually.True(() => server.Memory.Guests.Used <= SharedMemory.GuestBytes + (8 * KiB), "given back");
    }

    [Fact]
    public async Task TheLargestUnfinishedMessageGoesAndASmallerOneIsServed()
    {
        await using var server = await GatewayServer.Start(memory: new MemoryOptions { ReadBuffers = 128 * KiB });
        using var greedy = await server.Login("greedy");
        await greedy.Send([.. Enumerable.Repeat((byte)' ', 70 * KiB)], end: false);
        await Eventually.True(() => server.Memory.ReadBuffers.Used == 128 * KiB, "held");
        Assert.Equal(1013, (await greedy.Closed()).Code);

        // One look of the watch later it is gone, read or not.
        using var calm = await server.Login("calm");
        await calm.Send("""{"type":"RequestPing"}""".PadRight(10 * KiB));
        Assert.Contains(nameof(ResponsePong), await calm.Text(), StringComparison.Ordinal);
        await Eventually.True(() => server.Memory.ReadBuffers.Used == 0, "given back");
    }

    [Fact]
    public async Task RequestsInFlightCountAndAreGivenBack()
    {
        await using var server = await GatewayServer.Start();
        var grain = new TaskCompletionSource<Result>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On("Typing", _ => grain.Task);
        using var client = await server.Login();
        await client.Send($$$"""{"type":"RequestTyping","payload":{"conversationUuid":"{{{Guid.NewGuid()}}}"}}""".PadRight(100 * KiB));
        await Eventually.True(() => server.Grains.Calls("Typing").Length == 1, "served");
        await Eventually.True(() => server.Memory.ReadBuffers.Used == 100 * KiB, "counted without its buffer");
        grain.SetResult(Result.Ok);
        Assert.Equal("ok", (await client.Status()).Status);
        await Eventually.True(() => server.Memory.ReadBuffers.Used == 0, "given back");
    }

    [Fact]
    public async Task TheOneThatMostWaitsForGoesAndOthersAreTold()
    {
        const int size = 512 * KiB;
        var large = new SerializedNotification("NotificationTyping", [.. "\""u8, .. Enumerable.Repeat((byte)'x', size), .. "\""u8], false, null, 0);
        await using var server = await GatewayServer.Start(
            options => (options.OutboxBytes, options.OutboxFrames) = (int.MaxValue, int.MaxValue),
            new MemoryOptions { Outboxes = 9 * 1024 * KiB });
        using var deaf = await server.Login("deaf");
        var session = server.Sessions.All.Single();
        using var calm = await server.Login("calm");
        var sent = 0;
        while (!session.IsOver)
        {
            if (!session.TrySend(large, null))
            {
                // As its subscription does.
                session.CloseSlow();
            }

            session.Flush();
            server.Time.Advance(TimeSpan.FromMilliseconds(25));
            Assert.True(++sent < 64, "32 MiB wait in a process that has 9 for it");
        }

        Assert.Equal(1, server.Memory.Outboxes.Sheds);
        await calm.AssertAlive();
        server.Time.Advance(TimeSpan.FromSeconds(7));
        await Eventually.True(() => server.Sessions.Count == 1, "cut");
        await Eventually.True(() => server.Memory.Outboxes.Used == 0, "given back");
    }

    [Fact]
    public void AnEmptyBudgetRefusesLargeAnswersAndPassesSmallOnes()
    {
        var budget = new MemoryBudget("outboxes", 16 * KiB);
        budget.Reserve(16 * KiB);
        var outbox = new Outbox(new GatewayOptions(), budget, TimeProvider.System);
        Assert.True(outbox.TryAddAnswer(new byte[3 * KiB]));
        Assert.False(outbox.TryAddAnswer(new byte[3 * KiB]));
        budget.Release(16 * KiB);
        Assert.True(outbox.TryAddAnswer(new byte[3 * KiB]));
        Assert.Equal((8 * KiB, 8 * KiB), (budget.Used, outbox.Held));
        outbox.Break();
        Assert.Equal((0, 0), (budget.Used, outbox.Held));
    }

    private static byte[] Login(string uuid) => Encoding.UTF8.GetBytes(
        $$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"{{{uuid}}}"}}""");
}
