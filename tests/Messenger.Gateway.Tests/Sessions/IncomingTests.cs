using System.Text;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Gateway.Transport;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>What a connection may make the server keep of a message that never ends, and of frames that are no message. Frames byte by byte.</summary>
public class IncomingTests
{
    private const byte Text = 0x81;
    private const byte BeginsText = 0x01;
    private const byte Continues = 0x00;
    private const byte Ends = 0x80;
    private const byte Ping = 0x89;
    private const byte Pong = 0x8a;

    private static readonly byte[] Request = Encoding.UTF8.GetBytes("""{"type":"RequestPing"}""");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AGuestsMessageTakesSixteenKiB(bool member)
    {
        await using var server = await GatewayServer.Start();
        using var client = await Connect(server, member);
        await client.Send(Text, Padded(16 * 1024));
        await Answered(client);
        await client.Send(Text, Padded((16 * 1024) + 1));
        if (member)
        {
            await Answered(client);
        }
        else
        {
            Assert.Equal(1009, await client.Closed());
        }
    }

    [Fact]
    public async Task AMemberBehindTheLoginIsAMember()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send(Text, Login());
        await client.Send(Text, Padded(200_000));
        Assert.Contains("\"ok\"", Encoding.UTF8.GetString((await client.Read())!.Value.Payload), StringComparison.Ordinal);
        await Answered(client);
    }

    [Fact]
    public async Task AMessageAtTheLimitPassesAndTakesNoLargerBuffer()
    {
        await using var server = await GatewayServer.Start();
        using var client = await Connect(server, member: true);

        // Full, and the end comes in a frame of its own.
        await client.Send(BeginsText, Padded(256 * 1024));
        await client.Send(Ends, []);
        await Answered(client);
        await client.Send(BeginsText, Padded(256 * 1024));
        await client.Send(Ends, [(byte)' ']);
        Assert.Equal(1009, await client.Closed());
    }

    [Fact]
    public async Task AGuestsMessageIsWholeWithinTenSeconds()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send(BeginsText, [(byte)' ']);
        for (var second = 0; second < 10; second++)
        {
            // One byte a second: it comes on, and is no login.
            await Reads(client, () => client.Send(Continues, [(byte)' ']));
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(Session(server).IsDeaf);
        server.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1008, await client.Closed());
    }

    [Fact]
    public async Task AMembersMessageThatDoesNotComeOnIsCutAndPingsAmidItDoNotHelp()
    {
        await using var server = await GatewayServer.Start();
        using var client = await Connect(server, member: true);
        await Reads(client, () => client.Send(BeginsText, Padded(10_000)));
        for (var second = 0; second < 20; second++)
        {
            await Reads(client, () => Task.CompletedTask);
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(Session(server).IsDeaf);
        server.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1008, await client.Closed());
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1100, false)]
    public async Task AMembersMessageComesAtAKiBASecond(int bytesASecond, bool cut)
    {
        await using var server = await GatewayServer.Start();
        using var client = await Connect(server, member: true);
        await Reads(client, () => client.Send(BeginsText, [.. Request, .. Blank(100)]));
        for (var second = 0; second < 61; second++)
        {
            if (Session(server).IsDeaf)
            {
                break;
            }

            await Reads(client, () => client.Send(Continues, Blank(bytesASecond)));
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(cut, Session(server).IsDeaf);
        if (cut)
        {
            Assert.Equal(1008, await client.Closed());
        }
        else
        {
            await client.Send(Ends, []);
            await Answered(client);
        }
    }

    [Fact]
    public async Task ControlFramesBetweenFragmentsAreAnsweredAndTheMessageIsWhole()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send(BeginsText, Request[..5]);
        await client.Send(Ping, "here"u8.ToArray());
        var pong = await client.Read();
        Assert.Equal((Pong, "here"), (pong!.Value.First, Encoding.UTF8.GetString(pong.Value.Payload)));
        await client.Send(Continues, Request[5..9]);
        await client.Send(Pong, []);
        await client.Send(Continues, []);
        await client.Send(Ends, Request[9..]);
        await Answered(client);
    }

    [Fact]
    public async Task AnUnmaskedFrameAmidAMessageCloses1002()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send(BeginsText, Request[..5]);
        await client.Send(Continues, Request[5..], masked: false);
        Assert.Equal(1002, await client.Closed());
    }

    [Fact]
    public async Task PingsThatAreTooManyClose1008()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        for (var i = 0; i < 100; i++)
        {
            await client.Send(Ping, []);
            Assert.Equal(Pong, (await client.Read())!.Value.First);
        }

        server.Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 11; i++)
        {
            await client.Send(Ping, []);
        }

        Assert.Equal(1008, await client.Closed());
    }

    /// <summary>Before: 32 MiB of them for each connection that reads nothing.</summary>
    [Fact]
    public async Task OnePongWaitsHoweverManyPingsCame()
    {
        using var written = new MemoryStream();
        var outbox = new Outbox(new GatewayOptions(), new MemoryBudget("outboxes", 1024), TimeProvider.System);
        for (var i = 0; i < 100_000; i++)
        {
            outbox.SetPong([0x8a, 1, (byte)i]);
        }

        outbox.Open(written);
        outbox.Finish(Framing.CloseFrame(CloseCode.Normal, ""), drop: false);
        await outbox.Done.WaitAsync(TestClient.Timeout);
        Assert.InRange(written.Length, 4, 4 + 3);
    }

    [Theory]
    [InlineData(Pong, 125)]
    [InlineData(Continues, 0)]
    public async Task FramesThatAreNoMessageAreCounted(byte frame, int size)
    {
        await using var server = await GatewayServer.Start(options => options.MaxMessageBytes = 16 * 1024);
        using var client = await Connect(server, member: true);
        await client.Send(BeginsText, [(byte)' ']);
        var most = ((64 + 16) * 1024 / (6 + size)) + 1;
        await Reads(client, async () =>
        {
            for (var i = 0; i < most; i++)
            {
                await client.Send(frame, new byte[size]);
            }
        });
        server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1008, await client.Closed());
    }

    private static async Task<RawClient> Connect(GatewayServer server, bool member)
    {
        var client = await RawClient.Connect(server.Address);
        if (member)
        {
            await client.Send(Text, Login());
            Assert.Contains("\"ok\"", Encoding.UTF8.GetString((await client.Read())!.Value.Payload), StringComparison.Ordinal);
        }

        return client;
    }

    private static byte[] Login() => Encoding.UTF8.GetBytes(
        $$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"app"}}""");

    private static byte[] Padded(int length) => [.. Request, .. Blank(length - Request.Length)];

    private static byte[] Blank(int length) => [.. Enumerable.Repeat((byte)' ', length)];

    private static Session Session(GatewayServer server) => server.Sessions.All.Single();

    /// <summary>What is sent is read before the clock goes on: the pong of a ping behind it says so.</summary>
    private static async Task Reads(RawClient client, Func<Task> send)
    {
        await send();
        await client.Send(Ping, []);
        Assert.Equal(Pong, (await client.Read())!.Value.First);
    }

    private static async Task Answered(RawClient client)
    {
        var answer = await client.Read();
        Assert.Contains(nameof(ResponsePong), Encoding.UTF8.GetString(answer!.Value.Payload), StringComparison.Ordinal);
    }
}
