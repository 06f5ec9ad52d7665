using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace Messenger.Client.Tests;

/// <summary>A WebSocket server of a few lines that says what the test says: for what a real server does rarely or never.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private const string HandshakeGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<StubConnection> _connections = Channel.CreateUnbounded<StubConnection>();
    private readonly List<StubConnection> _all = [];
    private readonly Task _accepting;
    private volatile bool _refusing;

    public StubServer()
    {
        _listener.Start();
        Url = new Uri($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/ws");
        _accepting = Task.Run(Run);
    }

    public Uri Url { get; }

    /// <summary>True: whoever connects is cut off before the handshake.</summary>
    public bool Refusing
    {
        set => _refusing = value;
    }

    /// <summary>Whether somebody has connected whom nobody accepted.</summary>
    public bool IsKnockedAt => _connections.Reader.Count > 0;

    public async Task<StubConnection> Accept() => await _connections.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Frame);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _all)
        {
            connection.Cut();
        }
    }

    private async Task Run()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                if (_refusing)
                {
                    client.Dispose();
                    continue;
                }

                var stream = client.GetStream();
                await Shake(stream);
                var connection = new StubConnection(client, WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }));
                _all.Add(connection);
                _connections.Writer.TryWrite(connection);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private static async Task Shake(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var (key, line) = ("", "");
        while (!string.IsNullOrEmpty(line = await reader.ReadLineAsync()))
        {
            const string Header = "Sec-WebSocket-Key:";
            key = line.StartsWith(Header, StringComparison.OrdinalIgnoreCase) ? line[Header.Length..].Trim() : key;
        }

#pragma warning disable CA5350 // RFC 6455 asks for SHA-1; it protects nothing.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + HandshakeGuid)));
#pragma warning restore CA5350
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: messenger.v1\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
    }
}
