using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Messenger.Bench.Load;

/// <summary>What a load connection does with each text frame. The span is valid during the call only.</summary>
internal delegate void FrameHandler(ReadOnlySpan<byte> frame);

/// <summary>
/// A WebSocket client that costs the generator little: frames queued in one turn go out in one write, frames that came in one read are
/// handed over without a copy. It speaks only what a load needs: unfragmented text, ping and close.
/// </summary>
internal sealed class LoadConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Lock _gate = new();
    private byte[] _input = new byte[16 * 1024];
    private ArrayBufferWriter<byte> _queued = new(1024);
    private ArrayBufferWriter<byte> _sending = new(1024);
    private bool _busy;
    private int _have;

    private LoadConnection(Socket socket) => _socket = socket;

    /// <summary>Set before <see cref="Run"/>.</summary>
    public FrameHandler OnFrame { get; set; } = static _ => { };

    /// <summary>The close code the server gave, or 0.</summary>
    public int CloseCode { get; private set; }

    /// <param name="source">The address to connect from: one address has some 28 000 ports.</param>
    /// <param name="protocol">The WebSocket subprotocol that is asked for; null for none.</param>
    public static async Task<LoadConnection> Open(
        IPEndPoint server, string path, IPAddress? source, CancellationToken cancellation, string? protocol = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }

            await socket.ConnectAsync(server, cancellation);
            var connection = new LoadConnection(socket);
            await connection.Upgrade(server, path, protocol, cancellation);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Queues a text frame; it goes out with whatever else is queued when the socket is free.</summary>
    public void Send(ReadOnlySpan<byte> text)
    {
        lock (_gate)
        {
            Frame(_queued, 0x81, text);
            if (_busy)
            {
                return;
            }

            _busy = true;
        }

        _ = Flush();
    }

    /// <summary>Reads frames until the connection ends.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Take();
                if (_have == _input.Length)
                {
                    Array.Resize(ref _input, _input.Length * 2);
                }

                var read = await _socket.ReceiveAsync(_input.AsMemory(_have), SocketFlags.None, cancellation);
                if (read == 0)
                {
                    return;
                }

                _have += read;
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side is gone, or the measurement is over.
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Frame(ArrayBufferWriter<byte> output, byte opcode, ReadOnlySpan<byte> payload)
    {
        var header = output.GetSpan(14 + payload.Length);
        header[0] = opcode;
        int at;
        switch (payload.Length)
        {
            case < 126:
                header[1] = (byte)(0x80 | payload.Length);
                at = 2;
                break;
            case <= ushort.MaxValue:
                header[1] = 0x80 | 126;
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)payload.Length);
                at = 4;
                break;
            default:
                header[1] = 0x80 | 127;
                BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)payload.Length);
                at = 10;
                break;
        }

        // A mask of zeros is a mask, and costs nothing to apply.
        header.Slice(at, 4).Clear();
        payload.CopyTo(header[(at + 4)..]);
        output.Advance(at + 4 + payload.Length);
    }

    private async Task Flush()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_queued.WrittenCount == 0)
                    {
                        _busy = false;
                        return;
                    }

                    (_queued, _sending) = (_sending, _queued);
                }

                var left = _sending.WrittenMemory;
                while (!left.IsEmpty)
                {
                    left = left[await _socket.SendAsync(left, SocketFlags.None)..];
                }

                _sending.ResetWrittenCount();
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The read loop sees it too, and ends the connection.
        }
    }

    private void Take()
    {
        var at = 0;
        while (TryFrame(_input.AsSpan(at, _have - at), out var opcode, out var payload, out var taken))
        {
            at += taken;
            switch (opcode)
            {
                case 1:
                    OnFrame(payload);
                    break;
                case 8:
                    CloseCode = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005;
                    break;
                case 9:
                    Pong(payload);
                    break;
                default:
                    break;
            }
        }

        _input.AsSpan(at, _have - at).CopyTo(_input);
        _have -= at;
    }

    private void Pong(ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            Frame(_queued, 0x8a, payload);
            if (_busy)
            {
                return;
            }

            _busy = true;
        }

        _ = Flush();
    }

    private static bool TryFrame(ReadOnlySpan<byte> input, out int opcode, out ReadOnlySpan<byte> payload, out int taken)
    {
        (opcode, taken) = (0, 0);
        payload = default;
        if (input.Length < 2)
        {
            return false;
        }

        opcode = input[0] & 0x0f;
        long length = input[1] & 0x7f;
        var header = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (input.Length < header)
        {
            return false;
        }

        length = header switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(input[2..]),
            10 => BinaryPrimitives.ReadInt64BigEndian(input[2..]),
            _ => length,
        };
        if (input.Length - header < length)
        {
            return false;
        }

        payload = input.Slice(header, (int)length);
        taken = header + (int)length;
        return true;
    }

    private async Task Upgrade(IPEndPoint server, string path, string? protocol, CancellationToken cancellation)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var subprotocol = protocol is null ? "" : $"Sec-WebSocket-Protocol: {protocol}\r\n";
        var request = $"GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{subprotocol}\r\n";
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request), SocketFlags.None, cancellation);
        while (true)
        {
            var read = await _socket.ReceiveAsync(_input.AsMemory(_have), SocketFlags.None, cancellation);
            if (read == 0)
            {
                throw new IOException("the server closed the connection while it was being upgraded");
            }

            _have += read;
            var end = _input.AsSpan(0, _have).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                continue;
            }

            if (!_input.AsSpan(0, _have).StartsWith("HTTP/1.1 101"u8))
            {
                throw new IOException($"the server answered: {Encoding.ASCII.GetString(_input, 0, end).Split('\r')[0]}");
            }

            _input.AsSpan(end + 4, _have - end - 4).CopyTo(_input);
            _have -= end + 4;
            return;
        }
    }
}
