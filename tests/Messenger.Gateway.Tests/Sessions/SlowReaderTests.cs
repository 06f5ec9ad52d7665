using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>A client that does not read costs a bounded amount of memory, and is let go.</summary>
public class SlowReaderTests
{
    private static readonly SerializedNotification Large = new("NotificationTyping", [.. "\""u8, .. new byte[32 * 1024].Select(_ => (byte)'x'), .. "\""u8], false, null, 0);

    [Fact]
    public async Task IsClosedWith4009()
    {
        await using var server = await GatewayServer.Start(options => options.OutboxBytes = 256 * 1024);
        using var client = await server.Login();
        var session = server.Sessions.All.Single();

        // What the operating system buffers differs; ours is the bound.
        var sent = 0;
        while (!session.IsDeaf)
        {
            server.Publish(new GatewayEvent(0, 7, 0, Large, CloseCode.None));
            Assert.True(++sent < 4096, "128 MiB were taken for a client that reads nothing");
        }

        Assert.Equal(4009, (await client.Closed()).Code);
    }

    [Fact]
    public async Task IsClosedAfterAWhileHoweverLittleWaits()
    {
        await using var server = await GatewayServer.Start(options => (options.OutboxBytes, options.KeepAliveInterval) = (64 * 1024 * 1024, TimeSpan.FromDays(1)));
        using var client = await server.Login();
        var session = server.Sessions.All.Single();
        for (var i = 0; i < 1024; i++)
        {
            server.Publish(new GatewayEvent(0, 7, 0, Large, CloseCode.None));
        }

        Assert.False(session.IsDeaf);
        await Eventually.True(
            () =>
            {
                server.Time.Advance(TimeSpan.FromSeconds(1));
                return session.IsDeaf;
            },
            "closed for not reading");
        server.Time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.True(() => server.Sessions.Count == 0, "cut");
    }

    /// <summary>
    /// 27 MB at 250 KB/s, twice as long as a silent connection is kept, of a phone that says nothing of its own and answers pings when it comes to them.
    /// The operating system takes 4 MB of it at a time, which are 16 s of that.
    /// </summary>
    [Fact]
    public async Task APhoneThatTakesALargeAnswerSlowlyIsNotGivenUp()
    {
        const int size = 27_000_000;
        const int perSecond = 250_000;
        await using var server = await GatewayServer.Start();

        // A phone's kernel takes in what a slow network brings: no megabytes ahead of it.
        using var client = await RawClient.Connect(server.Address, receiveBuffer: 64 * 1024);
        var session = server.Sessions.All.Single();
        session.Enter(new Caller(TestClient.User, "app"), null!);
        Assert.True(session.Outbox.TryAddAnswer(new byte[size]));
        for (var taken = 0; taken < size; taken += perSecond)
        {
            // The clock does not run ahead of a writer that a busy machine keeps waiting.
            var ahead = Math.Min(size, taken + perSecond);
            await Eventually.True(() => session.Outbox.Written >= ahead, "written");
            server.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(session.IsDeaf, $"given up after {taken / perSecond} s");
            await client.Skip(Math.Min(perSecond, size - taken));
        }

        // Who says nothing more after that is gone in the end.
        await Eventually.True(
            () =>
            {
                server.Time.Advance(TimeSpan.FromSeconds(1));
                return server.Sessions.Count == 0;
            },
            "given up");
    }

    [Fact]
    public async Task WhoReadsGetsEverythingInOrder()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        const int count = 20_000;
        var reading = Task.Run(async () =>
        {
            for (var i = 1; i <= count; i++)
            {
                Assert.Equal($$"""{"type":"N","cursor":"{{new Cursor(7, i).ToString()}}","payload":{{i}}}""", await client.Text());
            }
        });
        var session = server.Sessions.All.Single();
        for (var i = 1; i <= count; i++)
        {
            var payload = System.Text.Encoding.ASCII.GetBytes(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (i % 1000 == 0)
            {
                await session.Outbox.Room();
                await Eventually.True(() => session.Outbox.IsEmpty, "written");
            }

            server.Publish(new GatewayEvent(0, 7, i, new SerializedNotification("N", payload, true, null, 0), CloseCode.None));
        }

        await reading;
    }
}
