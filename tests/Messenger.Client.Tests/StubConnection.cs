using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>A request as the stub got it.</summary>
internal sealed record Asked(byte[] Id, IRequest Request);

/// <summary>The server's end of one connection, in the test's hands.</summary>
internal sealed class StubConnection(TcpClient client, WebSocket socket)
{
    private int _cut;

    /// <summary>The next request.</summary>
    public async Task<Asked> Next()
    {
        using var deadline = new CancellationTokenSource(Deadline.Frame);
        var buffer = new byte[1 << 20];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        if (part.MessageType == WebSocketMessageType.Close)
        {
            throw new InvalidOperationException("the client closed the connection");
        }

        var frame = Frame.Read(buffer.AsMemory(0, length), out var fault);
        Assert.Null(fault);
        var request = (IRequest)JsonSerializer.Deserialize(frame.Payload.Span, TypeNames.Find(frame.Type!)!)!;
        Assert.Null(request.Fault());
        return new Asked(frame.Id.ToArray(), request);
    }

    /// <summary>The next request, which is of this type.</summary>
    public async Task<(Asked Asked, TRequest Request)> Next<TRequest>()
        where TRequest : IRequest
    {
        var asked = await Next();
        return (asked, Assert.IsType<TRequest>(asked.Request));
    }

    public Task Answer(Asked asked, object payload)
    {
        var frame = new ArrayBufferWriter<byte>();
        FrameWriter.Answer(frame, asked.Id, payload);
        return Send(frame.WrittenMemory);
    }

    public Task Answer(Asked asked, string status, string? description = null) =>
        Answer(asked, new ResponseStatusMessage(asked.Request.GetType().Name, status, description));

    public Task Notify(INotification notification, string? cursor)
    {
        var frame = new ArrayBufferWriter<byte>();
        FrameWriter.Notification(frame, notification.GetType().Name, Encoding.UTF8.GetBytes(cursor ?? ""), FrameWriter.Payload(notification));
        return Send(frame.WrittenMemory);
    }

    public Task SendText(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Takes the login and lets it in.</summary>
    /// <returns>The cursor to resume after.</returns>
    public async Task<string?> LetIn(string? description = null)
    {
        var (asked, login) = await Next<RequestAuthenticationByApplication>();
        await Answer(asked, Statuses.Ok, description);
        return login.ResumeCursor;
    }

    /// <summary>Takes the login of a device that knows no cursor, and tells it that there are no conversations.</summary>
    public async Task LetInAnew()
    {
        Assert.Null(await LetIn());
        var (asked, _) = await Next<RequestGetConversationsFull>();
        await Answer(asked, new ResponseGetConversationsFull([], [], [], [], []));
    }

    /// <summary>Answers whatever comes until the connection ends.</summary>
    public async Task Serve(Func<IRequest, object> answer)
    {
        try
        {
            while (true)
            {
                var asked = await Next();
                await Answer(asked, answer(asked.Request));
            }
        }
        catch (Exception end) when (end is WebSocketException or InvalidOperationException or ObjectDisposedException or IOException)
        {
            // The client has gone.
        }
    }

    public Task Close(CloseCode code, string? reason = null) =>
        socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);

    /// <summary>No goodbye: the connection is reset.</summary>
    public void Cut()
    {
        if (Interlocked.Exchange(ref _cut, 1) != 0)
        {
            return;
        }

        client.Client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        socket.Dispose();
    }

    private async Task Send(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Deadline.Frame);
        await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
    }
}
