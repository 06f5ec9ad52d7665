using System.Net.Sockets;
using System.Text;

namespace Messenger.Gateway.Tests.Fixture;

/// <summary>A client that writes frames byte by byte, also such as no library would send.</summary>
public sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;

    private RawClient(TcpClient tcp) => (_tcp, _stream) = (tcp, tcp.GetStream());

    /// <param name="receiveBuffer">Bytes that the operating system takes in ahead of the test; 0 for its own choice, which grows to megabytes.</param>
    public static async Task<RawClient> Connect(Uri address, int receiveBuffer = 0)
    {
        var tcp = new TcpClient();
        if (receiveBuffer > 0)
        {
            tcp.ReceiveBufferSize = receiveBuffer;
        }

        await tcp.ConnectAsync(address.Host, address.Port);
        var client = new RawClient(tcp);
        await client._stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await client._stream.ReadAsync(one).AsTask().WaitAsync(TestClient.Timeout));
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
        return client;
    }

    public async Task Send(byte first, byte[] payload, bool masked = true)
    {
        byte[] mask = [1, 2, 3, 4];
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)payload.Length],
            <= ushort.MaxValue => [126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        };
        byte[] frame = masked
            ? [first, (byte)(0x80 | length[0]), .. length[1..], .. mask, .. payload.Select((b, i) => (byte)(b ^ mask[i % 4]))]
            : [first, .. length, .. payload];
        await _stream.WriteAsync(frame);
    }

    /// <summary>The code of the close frame that comes next, past whatever comes before it; null when the connection ends without one.</summary>
    public async Task<int?> Closed()
    {
        while (await Read() is { } frame)
        {
            if (frame.First == 0x88)
            {
                return (frame.Payload[0] << 8) | frame.Payload[1];
            }
        }

        return null;
    }

    /// <summary>The next frame of the server's: its first byte and its payload; null when the connection has ended.</summary>
    public async Task<(byte First, byte[] Payload)?> Read()
    {
        try
        {
            var head = new byte[2];
            await _stream.ReadExactlyAsync(head).AsTask().WaitAsync(TestClient.Timeout);
            Assert.True(head[1] <= 126, "neither masked nor longer than a test needs");
            var length = (int)head[1];
            if (length == 126)
            {
                var extended = new byte[2];
                await _stream.ReadExactlyAsync(extended).AsTask().WaitAsync(TestClient.Timeout);
                length = (extended[0] << 8) | extended[1];
            }

            var payload = new byte[length];
            await _stream.ReadExactlyAsync(payload).AsTask().WaitAsync(TestClient.Timeout);
            return (head[0], payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Takes so many bytes, whatever they are.</summary>
    public Task Skip(int count) => _stream.ReadExactlyAsync(new byte[count]).AsTask().WaitAsync(TestClient.Timeout);

    public void Dispose() => _tcp.Dispose();
}
