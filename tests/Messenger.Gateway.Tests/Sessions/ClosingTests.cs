using System.Net.WebSockets;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Gateway.Transport;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>Every close code, over real sockets; and that the session is gone afterwards.</summary>
public class ClosingTests
{
    private static readonly byte[] Ping = Encoding.UTF8.GetBytes("""{"type":"RequestPing"}""");

    [Fact]
    public async Task BinaryCloses1003()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Connect();
        await client.Send(Ping, WebSocketMessageType.Binary);
        Assert.Equal(1003, (await client.Closed()).Code);
        await AssertGone(server);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TooLongCloses1009(bool fragmented)
    {
        await using var server = await GatewayServer.Start(options => options.MaxMessageBytes = 20_000);
        using var client = await server.Login();
        var fits = Encoding.UTF8.GetBytes("""{"type":"RequestPing"}""".PadRight(20_000));
        await client.Send(fits);
        Assert.Contains(nameof(ResponsePong), await client.Text(), StringComparison.Ordinal);

        await client.Send(fits, end: !fragmented);
        await client.Send(fits, end: false);
        await client.Send([(byte)' ']);
        Assert.Equal((1009, "a message takes at most 20000 bytes"), await client.Closed());
        await AssertGone(server);
    }

    [Theory]
    [InlineData(new byte[] { 0xc3, 0x28 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf5, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xe2, 0x82 })]
    public async Task InvalidUtf8Closes1007(byte[] bytes)
    {
        await using var server = await GatewayServer.Start();
        using var other = await server.Login("other");
        using var client = await server.Connect();
        await client.Send([.. "{\"type\":\""u8, .. bytes]);
        Assert.Equal(1007, (await client.Closed()).Code);
        await other.AssertAlive();
        await Eventually.True(() => server.Sessions.Count == 1, "one session");
        Assert.Empty(server.Log);
    }

    [Theory]
    [InlineData(0x81, false)]
    [InlineData(0xc1, true)]
    [InlineData(0x83, true)]
    [InlineData(0x80, true)]
    public async Task WhatNoClientMaySendCloses1002(int first, bool masked)
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send((byte)first, Ping, masked);
        var close = await client.Read();
        Assert.Equal((0x88, 1002), (close!.Value.First, (close.Value.Payload[0] << 8) | close.Value.Payload[1]));
        await AssertGone(server);
    }

    [Fact]
    public async Task PingsAreAnsweredInTheMidstOfAMessage()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send(0x01, Ping[..5]);
        await client.Send(0x89, [1, 2, 3]);
        var pong = await client.Read();
        await client.Send(0x80, Ping[5..]);
        var answer = await client.Read();

        Assert.Equal((byte)0x8a, pong!.Value.First);
        Assert.Equal(new byte[] { 1, 2, 3 }, pong.Value.Payload);
        Assert.Contains(nameof(ResponsePong), Encoding.UTF8.GetString(answer!.Value.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GarbageCloses1008AndIsOneLogLine()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Connect();
        for (var i = 0; i < 19; i++)
        {
            await client.Send("garbage");
            await client.Status();
        }

        server.Time.Advance(TimeSpan.FromSeconds(59));
        await client.AssertAlive();
        await client.Send("garbage");
        await client.Status();
        Assert.Equal(1008, (await client.Closed()).Code);
        Assert.Single(server.Log);
    }

    [Fact]
    public async Task GarbageNowAndThenIsBorne()
    {
        await using var server = await GatewayServer.Start(options => options.LoginDeadline = TimeSpan.FromDays(1));
        using var client = await server.Connect();
        for (var i = 0; i < 60; i++)
        {
            await client.Send("garbage");
            await client.Status();
            server.Time.Advance(TimeSpan.FromSeconds(3.5));
        }

        await client.AssertAlive();
    }

    [Fact]
    public async Task NotAuthenticatedInTimeCloses4008()
    {
        await using var server = await GatewayServer.Start();
        using var user = await server.Login();
        using var guest = await server.Connect();
        await guest.AssertAlive();
        server.Time.Advance(TimeSpan.FromSeconds(29));
        await guest.AssertAlive();
        server.Time.Advance(TimeSpan.FromSeconds(29));
        await guest.AssertAlive();
        await user.AssertAlive();
        server.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((4008, "not authenticated within 60 s"), await guest.Closed());
        await user.AssertAlive();
    }

    [Theory]
    [InlineData(CloseCode.Replaced)]
    [InlineData(CloseCode.Deleted)]
    [InlineData(CloseCode.ContinuityLost)]
    public async Task TheDeviceCloses(CloseCode code)
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        server.Publish(new GatewayEvent(0, 7, 0, null, code));
        Assert.Equal((int)code, (await client.Closed()).Code);
        await AssertGone(server);
        await Eventually.True(() => server.Grains.Calls(nameof(IDeviceGrain.Disconnect)).Length == 1, "a goodbye");
    }

    [Fact]
    public async Task OneTooManyCloses1013()
    {
        await using var server = await GatewayServer.Start(options => options.MaxSessions = 1);
        using var first = await server.Connect();
        await first.AssertAlive();
        using var second = await server.Connect();
        Assert.Equal(1013, (await second.Closed()).Code);
        await first.AssertAlive();
    }

    [Fact]
    public async Task ADeadPeerIsFound()
    {
        await using var server = await GatewayServer.Start(options => options.LoginDeadline = TimeSpan.FromDays(1));
        using var client = await RawClient.Connect(server.Address);
        await Eventually.True(() => server.Sessions.Count == 1, "connected");
        server.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal((byte)0x89, (await client.Read())!.Value.First);

        // It answers, and lives.
        await client.Send(0x8a, []);
        await client.Send(0x81, Ping);
        Assert.Equal((byte)0x81, (await client.Read())!.Value.First);
        server.Time.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(1, server.Sessions.Count);

        // It does not, and is cut.
        server.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((byte)0x89, (await client.Read())!.Value.First);
        server.Time.Advance(TimeSpan.FromSeconds(21));
        Assert.Null(await client.Read());
        await AssertGone(server);
    }

    [Fact]
    public async Task WhoDoesNotAnswerTheCloseIsCut()
    {
        await using var server = await GatewayServer.Start();
        using var client = await RawClient.Connect(server.Address);
        await client.Send(0x82, Ping);
        Assert.Equal((byte)0x88, (await client.Read())!.Value.First);
        await Eventually.True(() => server.Sessions.Count == 1, "waiting for the client's close");
        server.Time.Advance(Session.CloseTimeout + SessionSweeper.Period + SessionSweeper.Period);
        Assert.Null(await client.Read());
        await AssertGone(server);
    }

    [Fact]
    public async Task ClosingIsAnsweredAndWhatWasSentBeforeIsServed()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login();
        await client.Send("""{"type":"RequestTyping","payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e"}}""");
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
        Assert.Equal(1000, (await client.Closed()).Code);
        Assert.Single(server.Grains.Calls("Typing"));
        await AssertGone(server);
    }

    [Fact]
    public void ReasonsFitIntoACloseFrame()
    {
        var frame = Framing.CloseFrame(CloseCode.Draining, new string('é', 200));
        Assert.Equal(124, frame[1]);
        Assert.Equal(new string('é', 61), Encoding.UTF8.GetString(frame.AsSpan(4)));
    }

    private static Task AssertGone(GatewayServer server) => Eventually.True(() => server.Sessions.Count == 0, "no session left");
}
