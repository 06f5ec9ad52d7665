using System.Buffers;
using System.Net.WebSockets;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Sessions;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Gateway.Dispatch;

/// <summary>Runs one session: reads messages, hands them to the dispatcher one after another, and sees the connection to its end.</summary>
/// <remarks>While the client is silent it holds no buffer: an empty receive waits for the first byte of a frame.</remarks>
internal sealed class ReadLoop(Session session, WebSocket socket, Dispatcher dispatcher, SharedMemory memory, GatewayOptions options)
{
    /// <summary>Most requests fit; a larger message gets a larger buffer as it comes in, not as it announces itself.</summary>
    private const int FirstBuffer = 4 * 1024;

    /// <summary>Completes when the close handshake is done or the connection is broken. Throws on a fault of ours alone.</summary>
    public async Task Run()
    {
        try
        {
            while (true)
            {
                var start = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                if (start.MessageType == WebSocketMessageType.Close)
                {
                    session.Close(CloseCode.Normal, "");
                    break;
                }

                await ReadMessage(start);
                await WaitForRoom();
            }
        }
        catch (WebSocketException) when (session.Outbox.IsFinished)
        {
            // After a violation, or amid our own close: the client reads our close frame, and is cut when it takes too long.
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            session.Gone();
        }
        catch
        {
            session.Gone();
            throw;
        }

        await session.Outbox.Done;
    }

    private async ValueTask ReadMessage(ValueWebSocketReceiveResult start)
    {
        // A request behind the login is read when that is answered: it is a member's.
        var guest = session.Caller is null;
        var limit = guest ? Math.Min(options.GuestMessageBytes, options.MaxMessageBytes) : options.MaxMessageBytes;
        var budget = guest ? memory.Guests : memory.ReadBuffers;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            var part = start;
            if (part.MessageType == WebSocketMessageType.Binary)
            {
                session.Close(CloseCode.Unsupported, "the protocol is text");
            }

            while (!part.EndOfMessage)
            {
                if (length == buffer.Length && length < limit)
                {
                    buffer = Grow(budget, buffer, ref length, limit);
                }

                // At the limit one byte more is one too many, and takes no larger buffer to be seen.
                var receiving = socket.ReceiveAsync(length < limit ? buffer.AsMemory(length, Math.Min(buffer.Length, limit) - length) : new byte[1], CancellationToken.None);
                if (!receiving.IsCompleted)
                {
                    session.Inbound.Waits(guest);
                }

                part = await receiving;
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    // Amid a fragmented message. The next receive says it again.
                    session.Close(CloseCode.Normal, "");
                    return;
                }

                session.Inbound.Came(part.Count, part.EndOfMessage);
                length += part.Count;
                if (length > limit)
                {
                    session.Close(CloseCode.TooBig, $"a message takes at most {limit} bytes{(guest ? " before the login" : "")}");
                }

                if (session.IsDeaf)
                {
                    length = 0;
                }
            }

            if (!session.IsDeaf)
            {
                await dispatcher.Dispatch(session, buffer.AsMemory(0, length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            budget.Release(session.BufferBytes);
            session.BufferBytes = 0;
        }
    }

    /// <summary>Twice as large, and never larger than a message may be. Without room in the process what came so far is dropped, with the connection.</summary>
    private byte[] Grow(MemoryBudget budget, byte[] buffer, ref int length, int limit)
    {
        var size = Math.Min(buffer.Length * 2, limit);
        if (!budget.TryReserve(size - session.BufferBytes))
        {
            budget.CountShed();
            session.Shed(CloseCode.Overloaded, "the server has no room for a message of this size: reconnect later");
            length = 0;
            return buffer;
        }

        session.BufferBytes = size;
        if (!ReferenceEquals(budget, memory.Guests))
        {
            memory.RelieveReadBuffers();
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>Backpressure: a socket whose requests or answers pile up is not read, and TCP tells its client.</summary>
    private async ValueTask WaitForRoom()
    {
        var requests = session.InFlight.Room();
        var answers = session.Outbox.Room();
        if (requests.IsCompleted && answers.IsCompleted)
        {
            return;
        }

        session.IsWaiting = true;
        await requests;
        await answers;
        session.Heard();
        session.IsWaiting = false;
    }
}
