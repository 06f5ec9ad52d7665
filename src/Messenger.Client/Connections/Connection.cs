using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>One WebSocket: requests with their answers, notifications in the order they came. It does not reconnect.</summary>
/// <remarks>
/// Requests may be sent from any thread, and many at once. Notifications that nobody reads hold the socket back: nothing is buffered
/// without end.
/// </remarks>
public sealed class Connection : IAsyncDisposable
{
    /// <summary>Notifications kept for a reader that is behind.</summary>
    private const int NotificationBound = 4096;

    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply>> _asked = new();
    private readonly Channel<Received> _notifications = Channel.CreateBounded<Received>(NotificationBound);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task<Ending> _reading;
    private long _lastId;

    private Connection(ClientWebSocket socket)
    {
        _socket = socket;
        _reading = Read();
    }

    /// <summary>What came and answers nothing. Completes when the connection has ended.</summary>
    public ChannelReader<Received> Notifications => _notifications.Reader;

    /// <summary>How the connection ended; completes when it has.</summary>
    public Task<Ending> Ended => _reading;

    /// <exception cref="WebSocketException">Nobody answered, or not with a WebSocket.</exception>
    public static async Task<Connection> Open(Uri url, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("messenger.v1");

        // A server that is gone without a word is noticed within a minute.
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(30);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        try
        {
            await socket.ConnectAsync(url, cancellation).ConfigureAwait(false);
            return new Connection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and gives its answer, refused or not.</summary>
    /// <exception cref="ConnectionLostException">The connection ended first: the request may have taken effect or not.</exception>
    public async Task<Reply> Send(IRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        if (_reading.IsCompleted)
        {
            Lose();
        }

        try
        {
            await Write(id, request, cancellation).ConfigureAwait(false);
            return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is WebSocketException or InvalidOperationException or ObjectDisposedException)
        {
            throw new ConnectionLostException("the connection ended before the request was answered", fault);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    /// <summary>Sends a request and gives the response it has.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="ConnectionLostException">The connection ended first: the request may have taken effect or not.</exception>
    public async Task<TResponse> Ask<TResponse>(IRequest request, CancellationToken cancellation = default)
        where TResponse : class =>
        (await Send(request, cancellation).ConfigureAwait(false)).As<TResponse>();

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_socket.State == WebSocketState.Open)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token).ConfigureAwait(false);
                await _reading.WaitAsync(patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            // The other side does not say goodbye: neither do we.
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _reading.ConfigureAwait(false);
        _ending.Dispose();
        _writing.Dispose();
    }

    private async Task Write(string id, IRequest request, CancellationToken cancellation)
    {
        var frame = new ArrayBufferWriter<byte>(512);
        FrameWriter.Request(frame, id, request);
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Not the caller's token: a write that is cut in the middle would cost the connection.
            await _socket.SendAsync(frame.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, _ending.Token).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<Ending> Read()
    {
        await Task.Yield();
        Exception? fault = null;
        var buffer = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.GetMemory(4096), _ending.Token).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                buffer.Advance(received.Count);
                if (received.EndOfMessage)
                {
                    await Take(buffer.WrittenMemory).ConfigureAwait(false);
                    buffer.ResetWrittenCount();
                }
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            fault = end;
        }

        _notifications.Writer.TryComplete();
        Lose();
        return new Ending((int?)_socket.CloseStatus, _socket.CloseStatusDescription, fault);
    }

    private async ValueTask Take(ReadOnlyMemory<byte> bytes)
    {
        var frame = Frame.Read(bytes, out var fault);
        if (fault is not null)
        {
            return;
        }

        var payload = frame.Payload.ToArray();
        if (frame.Id.IsEmpty)
        {
            await _notifications.Writer.WriteAsync(new Received(frame.Type!, frame.Cursor, payload), _ending.Token).ConfigureAwait(false);
        }
        else if (_asked.TryRemove(JsonSerializer.Deserialize(frame.Id.Span, WireJson.Default.String) ?? "", out var answer))
        {
            answer.TrySetResult(new Reply(frame.Type!, payload));
        }
    }

    private void Lose()
    {
        foreach (var id in _asked.Keys)
        {
            if (_asked.TryRemove(id, out var answer))
            {
                answer.TrySetException(new ConnectionLostException("the connection ended before the request was answered"));
            }
        }
    }
}
