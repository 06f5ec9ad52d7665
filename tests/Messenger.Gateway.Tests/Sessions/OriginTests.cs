using System.Net;
using System.Net.WebSockets;
using Messenger.Gateway.Tests.Fixture;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>Who may connect at all.</summary>
public class OriginTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("https://chat.example", true)]
    [InlineData("https://CHAT.example", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("https://chat.example.evil.example", false)]
    [InlineData("http://chat.example", false)]
    [InlineData("null", false)]
    public async Task WebPagesConnectFromAllowedOriginsAlone(string? origin, bool welcome)
    {
        await using var server = await GatewayServer.Start(options => options.AllowedOrigins = ["https://chat.example"]);
        Assert.Equal(welcome ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Forbidden, await Connect(server, origin));
    }

    /// <summary>A page's owner may let its name lead here: origin and Host are the same then, and say nothing.</summary>
    [Theory]
    [InlineData("chat.example", true)]
    [InlineData("CHAT.example", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("localhost", true)]
    [InlineData("rebound.evil.example", false)]
    [InlineData("chat.example.evil.example", false)]
    public async Task ItsOwnPagesConnectUnderItsOwnNamesAlone(string host, bool welcome)
    {
        await using var server = await GatewayServer.Start(options => options.AllowedHosts = ["chat.example"]);
        var authority = $"{host}:{server.Address.Port}";
        Assert.Equal(welcome ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Forbidden, await Connect(server, $"http://{authority}", authority));
    }

    [Fact]
    public async Task AnAddressHasSoManyConnections()
    {
        await using var server = await GatewayServer.Start(options => options.ConnectionsPerAddress = 1);
        using (var first = await server.Connect())
        {
            await first.AssertAlive();
            Assert.Equal(HttpStatusCode.TooManyRequests, await Connect(server, null));
        }

        await Eventually.True(() => server.Sessions.Count == 0, "the first to go");
    }

    private static async Task<HttpStatusCode> Connect(GatewayServer server, string? origin, string? host = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        if (host is not null)
        {
            socket.Options.SetRequestHeader("Host", host);
        }

        try
        {
            await socket.ConnectAsync(server.Address, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // What is asked is its status.
        }

        return socket.HttpStatusCode;
    }
}
