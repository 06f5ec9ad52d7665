using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>One WebSocket: requests with their answers, notifications in the order they came. It does not reconnect.</summary>
/// <remarks>
/// Requests may be sent from any thread, and many at once; those that one thread starts one after another reach the wire in that order.
/// Answers never wait for who reads the notifications: a reader that falls too far behind loses the notifications, not the connection,
/// and is told so (<see cref="NotificationsDroppedException"/>). It may therefore ask while it handles one.
/// </remarks>
public sealed class Connection : IAsyncDisposable
{
    /// <summary>The subprotocol of <c>/ws</c>.</summary>
    public const string Subprotocol = "messenger.v1";

    /// <summary>Notifications kept for a reader that is behind.</summary>
    private const int NotificationBound = 1024;

    /// <summary>How long a goodbye may take; then the socket is cut.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly ClientWebSocket _socket;
    private readonly FrameSender _sender;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Response>> _asked = new();
    private readonly Channel<Received> _notifications = Channel.CreateBounded<Received>(
        new BoundedChannelOptions(NotificationBound) { SingleWriter = true });

    private readonly CancellationTokenSource _cutting = new();
    private readonly Task<Ending> _reading;
    private long _lastId;
    private int _over;

    private Connection(ClientWebSocket socket)
    {
        _socket = socket;
        _sender = new FrameSender(socket, _cutting.Token);
        _reading = Task.Run(Read);
    }

    /// <summary>What came and answers nothing. Completes when the connection has ended.</summary>
    public ChannelReader<Received> Notifications => _notifications.Reader;

    /// <summary>How the connection ended; completes when it has, and never faults.</summary>
    public Task<Ending> Ended => _reading;

    /// <exception cref="WebSocketException">Nobody answered, or not with a WebSocket.</exception>
    public static async Task<Connection> Open(Uri url, CancellationToken cancellation = default)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Subprotocol);

        // A server that is gone without a word is noticed within a minute.
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(30);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        try
        {
            await socket.ConnectAsync(url, cancellation);
            return new Connection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and gives its answer, refused or not.</summary>
    /// <param name="cancellation">Ends the waiting; the request may have been sent.</param>
    /// <exception cref="ConnectionLostException">The connection ended first: the request may have taken effect or not.</exception>
    public async Task<Response> Send(IRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<Response>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        try
        {
            // Registered first, looked at then: the end of the connection finds the request, or the request finds the end.
            if (Volatile.Read(ref _over) != 0)
            {
                throw Lost();
            }

            await _sender.Send(id, request, cancellation);
            return await answer.Task.WaitAsync(cancellation);
        }
        catch (Exception fault) when (fault is WebSocketException or InvalidOperationException or ObjectDisposedException or IOException
            || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Lost(fault);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    /// <summary>Sends a request and gives the response it has, or the refusal.</summary>
    /// <exception cref="ConnectionLostException">The connection ended first: the request may have taken effect or not.</exception>
    public async Task<Result<TResponse>> Try<TResponse>(IRequest request, CancellationToken cancellation = default)
        where TResponse : class =>
        (await Send(request, cancellation)).ToResult<TResponse>();

    /// <summary>Sends a request and gives the response it has.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="ConnectionLostException">The connection ended first: the request may have taken effect or not.</exception>
    public async Task<TResponse> Ask<TResponse>(IRequest request, CancellationToken cancellation = default)
        where TResponse : class =>
        (await Send(request, cancellation)).As<TResponse>();

    /// <summary>Says goodbye and closes; what is under way is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var timeout = new CancellationTokenSource(Goodbye))
        {
            try
            {
                await _sender.Close(timeout.Token);
                await _reading.WaitAsync(timeout.Token);
            }
            catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or InvalidOperationException or IOException)
            {
                // The other side does not say goodbye: neither do we.
            }
        }

        await _cutting.CancelAsync();
        await _reading;
        _socket.Dispose();
        _cutting.Dispose();
    }

    private static ConnectionLostException Lost(Exception? fault = null) => new("the connection ended before the request was answered", fault);

    private async Task<Ending> Read()
    {
        Exception? fault = null;
        try
        {
            var frames = new FrameReader(_socket);
            while (await frames.Next(_cutting.Token) is { } frame)
            {
                Take(frame);
            }
        }
        catch (Exception end)
        {
            // Whatever it was, it ends this connection and is told with its ending.
            fault = end;
        }

        _notifications.Writer.TryComplete();
        if (fault is ProtocolException)
        {
            _socket.Abort();
        }

        Interlocked.Exchange(ref _over, 1);
        foreach (var id in _asked.Keys)
        {
            if (_asked.TryRemove(id, out var answer))
            {
                answer.TrySetException(Lost(fault));
            }
        }

        return new Ending((int?)_socket.CloseStatus, _socket.CloseStatusDescription, fault);
    }

    private void Take(Frame frame)
    {
        if (!frame.Id.IsEmpty)
        {
            if (_asked.TryRemove(FrameSender.ReadId(frame.Id.Span), out var answer))
            {
                answer.TrySetResult(new Response(frame.Type!, frame.Payload.ToArray()));
            }
        }
        else if (!_notifications.Writer.TryWrite(new Received(frame.Type!, frame.Cursor, frame.Payload.ToArray())))
        {
            _notifications.Writer.TryComplete(new NotificationsDroppedException(NotificationBound));
        }
    }
}
