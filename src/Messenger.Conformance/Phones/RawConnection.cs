using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>
/// One WebSocket connection, strict: a frame that breaks the protocol breaks the connection and fails whoever waits on it.
/// Shares no code with the client library, so that what it records is what was on the wire.
/// </summary>
public sealed class RawConnection : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ClientWebSocket _socket;
    private readonly History _history;
    private readonly int _connection;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Response>> _pending = new();
    private readonly Task<Ended> _receiving;
    private int _ids;

    private RawConnection(ClientWebSocket socket, History history)
    {
        _socket = socket;
        _history = history;
        _connection = history.NextConnection();
        history.Add(new Opened(Clock.Now, _connection));
        _receiving = Task.Run(Receive);
    }

    /// <summary>The features that were named on it: what belongs to another one breaks the protocol.</summary>
    public IReadOnlyCollection<string> Features { get; set; } = [];

    /// <summary>The notifications of this connection.</summary>
    public Inbox Inbox { get; } = new();

    /// <summary>The end of this connection; faulted where the server broke the protocol.</summary>
    public Task<Ended> Ended => _receiving;

    public static async Task<RawConnection> Connect(Uri server, History history)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("messenger.v1");
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        try
        {
            await socket.ConnectAsync(server, deadline.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Expect.Equal("messenger.v1", socket.SubProtocol);
        return new RawConnection(socket, history);
    }

    /// <summary>Sends a request; the task of the returned task is its answer. The first await ends when it is on the wire.</summary>
    public async Task<Task<Response>> Send(string type, object payload)
    {
        var id = Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture);
        var element = JsonSerializer.SerializeToElement(payload, Json);
        var answer = new TaskCompletionSource<Response>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        _history.Add(new Asked(Clock.Now, _connection, id, type, element));
        await SendText(JsonSerializer.Serialize(new { type, id, payload = element }, Json));
        if (_receiving.IsCompleted)
        {
            // The loop has ended and will not look at the pending ones again.
            Abandon();
        }

        return answer.Task.WaitAsync(Timeouts.Frame);
    }

    public async Task<Response> Ask(string type, object payload) => await await Send(type, payload);

    /// <summary>Sends a frame written by hand, and waits for the answer with the id that stands in it.</summary>
    public async Task<Response> AskText(string id, string text)
    {
        var answer = new TaskCompletionSource<Response>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        await SendText(text);
        return await answer.Task.WaitAsync(Timeouts.Frame);
    }

    /// <summary>Sends whatever it is as one text frame; no answer is awaited.</summary>
    public Task SendText(string text) => SendRaw(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public async Task SendRaw(ReadOnlyMemory<byte> bytes, WebSocketMessageType type)
    {
        await _sending.WaitAsync();
        try
        {
            using var deadline = new CancellationTokenSource(Timeouts.Frame);
            await _socket.SendAsync(bytes, type, endOfMessage: true, deadline.Token);
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new ConnectionBrokenException("the connection is gone", fault);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Drops the connection as a tunnel does: no close frame, nothing read any more.</summary>
    public async Task Cut()
    {
        _socket.Abort();
        await _receiving.WaitAsync(Timeouts.Frame);
    }

    /// <summary>Waits for the server's close frame.</summary>
    public async Task<int?> Closing() => (await _receiving.WaitAsync(Timeouts.Frame)).Code;

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        try
        {
            await _receiving;
        }
        finally
        {
            _socket.Dispose();
            _sending.Dispose();
        }
    }

    private async Task<Ended> Receive()
    {
        var end = new Ended(default, _connection, null, null);
        try
        {
            using var message = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    end = end with { Code = (int?)_socket.CloseStatus, Reason = _socket.CloseStatusDescription };
                    await _socket.CloseOutputAsync(_socket.CloseStatus ?? WebSocketCloseStatus.Empty, null, CancellationToken.None);
                    break;
                }

                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(message.ToArray(), part.MessageType);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or OperationCanceledException
            || (fault is InvalidOperationException && _socket.State != WebSocketState.Open))
        {
            // The socket broke, or this side cut it, perhaps before the first read had begun: an end without a code.
        }
        finally
        {
            end = end with { At = Clock.Now };
            _history.Add(end);
            Inbox.Close();
            Abandon();
        }

        return end;
    }

    private void Take(byte[] bytes, WebSocketMessageType kind)
    {
        if (kind != WebSocketMessageType.Text)
        {
            throw new ProtocolBrokenException("a binary frame");
        }

        using var document = JsonDocument.Parse(bytes);
        var frame = document.RootElement.Clone();
        var type = frame.GetProperty("type").GetString()!;
        var payload = frame.GetProperty("payload");
        if (WireShape.FaultIn(type, payload, Features) is { } fault)
        {
            throw new ProtocolBrokenException($"{fault} in {frame.GetRawText()}");
        }

        if (!IsNotification(type))
        {
            Answer(frame, type, payload);
            return;
        }

        var cursor = frame.TryGetProperty("cursor", out var text) ? text.GetString() : null;
        if (frame.TryGetProperty("id", out _) || cursor is null != (type is "NotificationTyping" or "NotificationSignal" or "NotificationLinkClaimed" or "NotificationLinked"))
        {
            throw new ProtocolBrokenException($"the envelope of {frame.GetRawText()}");
        }

        var notified = new Notified(Clock.Now, _connection, type, cursor, payload);
        _history.Add(notified);
        Inbox.Add(notified);
    }

    private void Answer(JsonElement frame, string type, JsonElement payload)
    {
        var id = frame.TryGetProperty("id", out var given) ? given.ToString() : null;
        var reply = new Response(type, payload) { Id = id is null ? null : given };
        _history.Add(new Answered(Clock.Now, _connection, id, type, payload));
        if (id is not null && _pending.TryRemove(id, out var waiting))
        {
            waiting.SetResult(reply);
        }
        else if (id is not null)
        {
            throw new ProtocolBrokenException($"an answer that nobody waits for, or a second one: {frame.GetRawText()}");
        }
        else
        {
            Inbox.AddStray(reply);
        }
    }

    private void Abandon()
    {
        foreach (var id in _pending.Keys)
        {
            if (_pending.TryRemove(id, out var waiting))
            {
                waiting.TrySetException(new ConnectionBrokenException("the connection ended before the answer"));
            }
        }
    }

    private static bool IsNotification(string type) => type.Contains("Notification", StringComparison.Ordinal);
}

/// <summary>The connection ended before the answer: the outcome is unknown, and the same request may be sent again.</summary>
public sealed class ConnectionBrokenException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The server sent what the protocol does not allow.</summary>
public sealed class ProtocolBrokenException(string message) : Exception(message);
