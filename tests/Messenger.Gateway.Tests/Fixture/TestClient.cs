using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Fixture;

/// <summary>A client that sends what it likes. Every wait ends after <see cref="Timeout"/>.</summary>
public sealed class TestClient : IDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static readonly string User = UserIds.FromPhone("+35794048714");

    private readonly byte[] _buffer = new byte[64 * 1024];

    private TestClient(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    public static async Task<TestClient> Connect(Uri address, string? subprotocol = null)
    {
        var socket = new ClientWebSocket();
        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }

        using var timeout = new CancellationTokenSource(Timeout);
        await socket.ConnectAsync(address, timeout.Token);
        return new TestClient(socket);
    }

    public Task Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public Task Send(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Text, bool end = true) =>
        Socket.SendAsync(bytes, type, end, CancellationToken.None).WaitAsync(Timeout);

    /// <summary>The next text; fails when the connection closes instead.</summary>
    public async Task<string> Text()
    {
        using var text = new MemoryStream();
        while (true)
        {
            var part = await Socket.ReceiveAsync(_buffer, CancellationToken.None).WaitAsync(Timeout);
            Assert.True(part.MessageType == WebSocketMessageType.Text, $"closed with {Socket.CloseStatus} {Socket.CloseStatusDescription}");
            text.Write(_buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(text.ToArray());
            }
        }
    }

    public async Task<JsonElement> Json() => JsonDocument.Parse(await Text()).RootElement;

    public async Task<ResponseStatusMessage> Status()
    {
        var frame = await Json();
        Assert.Equal(nameof(ResponseStatusMessage), frame.GetProperty("type").GetString());
        return frame.GetProperty("payload").Deserialize(WireJson.Default.ResponseStatusMessage)!;
    }

    /// <summary>Reads on until the server closes; answers the handshake.</summary>
    public async Task<(int Code, string Reason)> Closed()
    {
        while ((await Socket.ReceiveAsync(_buffer, CancellationToken.None).WaitAsync(Timeout)).MessageType != WebSocketMessageType.Close)
        {
        }

        if (Socket.State == WebSocketState.CloseReceived)
        {
            await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Timeout);
        }

        return ((int)Socket.CloseStatus!, Socket.CloseStatusDescription ?? "");
    }

    /// <summary>Whether the connection still answers.</summary>
    public async Task AssertAlive()
    {
        await Send("""{"type":"RequestPing","id":"alive"}""");
        while (true)
        {
            var frame = await Json();
            if (frame.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() == "alive")
            {
                Assert.Equal(nameof(ResponsePong), frame.GetProperty("type").GetString());
                return;
            }
        }
    }

    public void Dispose() => Socket.Dispose();
}
