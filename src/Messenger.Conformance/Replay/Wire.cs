using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Messenger.Conformance.Phones;

namespace Messenger.Conformance.Replay;

/// <summary>One side's connection: what comes is kept until it is asked for.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Lock _lock = new();
    private readonly List<JsonObject> _came = [];
    private TaskCompletionSource _changed = New();
    private Task _receiving = Task.CompletedTask;
    private int? _closed;

    public async Task Open(Uri url)
    {
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        _socket.Options.AddSubProtocol("messenger.v1");
        await _socket.ConnectAsync(url, deadline.Token);
        _receiving = Receive();
    }

    public async Task Send(string text)
    {
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, deadline.Token);
    }

    /// <summary>Closes as the client of the transcript did, with a code where a client may give it.</summary>
    public async Task Close(int code)
    {
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        if (code is not (1000 or (>= 3000 and <= 4999)))
        {
            _socket.Abort();
        }
        else if (_socket.State == WebSocketState.Open)
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, null, deadline.Token);
        }

        await _receiving.WaitAsync(deadline.Token);
    }

    /// <summary>Takes the first frame that is so; null where it does not come in time.</summary>
    public Task<JsonObject?> Take(Func<JsonObject, bool> isSo) => Await(() =>
    {
        var found = _came.Find(frame => isSo(frame));
        return found is not null && _came.Remove(found) ? found : null;
    });

    /// <summary>The server's close code; null where it does not close in time. 1006 for a cut.</summary>
    public async Task<int?> Closed() => (await Await(() => _closed is { } code ? (object)code : null)) as int?;

    /// <summary>What came and nobody asked for.</summary>
    public IReadOnlyList<JsonObject> Left()
    {
        lock (_lock)
        {
            return [.. _came];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    private async Task<T?> Await<T>(Func<T?> take)
        where T : class
    {
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (take() is { } taken)
                {
                    return taken;
                }

                if (_closed is not null)
                {
                    return null;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private async Task Receive()
    {
        const int Cut = 1006;
        var code = Cut;
        try
        {
            using var message = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    code = (int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty);
                    await _socket.CloseOutputAsync(_socket.CloseStatus ?? WebSocketCloseStatus.Empty, null, CancellationToken.None);
                    break;
                }

                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    var frame = JsonNode.Parse(message.ToArray())!.AsObject();
                    message.SetLength(0);
                    lock (_lock)
                    {
                        _came.Add(frame);
                        Change();
                    }
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or OperationCanceledException or System.Text.Json.JsonException or InvalidOperationException)
        {
            // An end without a code, or a frame that no transcript could have.
        }
        finally
        {
            lock (_lock)
            {
                _closed = code;
                Change();
            }
        }
    }

    private void Change()
    {
        _changed.TrySetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
