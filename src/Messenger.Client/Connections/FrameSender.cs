using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.WebSockets;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>The sending half of a connection: one frame at a time, in the order of the calls, through one buffer.</summary>
/// <param name="cutting">Cancelled: the socket is being thrown away.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asked for has nothing to dispose.
internal sealed class FrameSender(WebSocket socket, CancellationToken cutting)
#pragma warning restore CA1001
{
    private const int StartBytes = 1024;

    /// <summary>A buffer that one large frame has grown past this is not kept.</summary>
    private const int KeptBytes = 64 * 1024;

    /// <summary>Its waiters are served first come, first served: this is what keeps the order.</summary>
    private readonly SemaphoreSlim _turn = new(1);
    private ArrayBufferWriter<byte> _buffer = new(StartBytes);

    public async Task Send(long id, IRequest request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_buffer.Capacity > KeptBytes)
            {
                _buffer = new(StartBytes);
            }

            _buffer.ResetWrittenCount();
            FrameWriter.Request(_buffer, id.ToString(CultureInfo.InvariantCulture), request);

            // Not the caller's token: a frame that is cut in the middle would cost the connection.
            await socket.SendAsync(_buffer.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cutting);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task Close(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (socket.State == WebSocketState.Open)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The number in an echoed id: it was written as a string of digits.</summary>
    /// <exception cref="ProtocolException">It is none that this side makes.</exception>
    public static long ReadId(ReadOnlySpan<byte> echoed) =>
        echoed.Length > 2 && Utf8Parser.TryParse(echoed[1..^1], out long id, out var read) && read == echoed.Length - 2
            ? id
            : throw new ProtocolException("the server answered a request that was never sent");
}
