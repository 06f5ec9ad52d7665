using System.Buffers;
using System.Net.WebSockets;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>The receiving half of a connection: whole frames, taken apart, through one buffer.</summary>
internal sealed class FrameReader(WebSocket socket)
{
    private const int ReadBytes = 4096;

    /// <summary>A buffer that one large frame has grown past this is not kept.</summary>
    private const int KeptBytes = 256 * 1024;

    /// <summary>The longest answer is that to RequestGetConversationsFull; whoever sends more than this is no server of ours.</summary>
    private const int LongestBytes = 64 * 1024 * 1024;

    private ArrayBufferWriter<byte> _buffer = new(ReadBytes);

    /// <summary>The next frame, valid until the next call; null when the other side has closed.</summary>
    /// <exception cref="ProtocolException">It is no frame.</exception>
    public async ValueTask<Frame?> Next(CancellationToken cancellation)
    {
        if (_buffer.Capacity > KeptBytes)
        {
            _buffer = new(ReadBytes);
        }

        _buffer.ResetWrittenCount();
        while (true)
        {
            var received = await socket.ReceiveAsync(_buffer.GetMemory(ReadBytes), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            _buffer.Advance(received.Count);
            if (received.MessageType != WebSocketMessageType.Text || _buffer.WrittenCount > LongestBytes)
            {
                throw new ProtocolException("the server sent a frame that is no text, or has no end");
            }

            if (received.EndOfMessage)
            {
                var frame = Frame.Read(_buffer.WrittenMemory, out var fault);
                return fault is null ? frame : throw new ProtocolException($"the server sent a frame that cannot be read: {fault}");
            }
        }
    }
}
