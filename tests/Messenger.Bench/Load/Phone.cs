using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Messenger.Protocol;

namespace Messenger.Bench.Load;

/// <summary>A registered device on a load connection: set up by typed requests, then driven by raw frames.</summary>
internal sealed class Phone : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _asked = new();
    private Task _reading = Task.CompletedTask;
    private int _next;

    private Phone(LoadConnection connection, string openUserId)
    {
        Connection = connection;
        OpenUserId = openUserId;
        UserId = UserIds.FromPhone(openUserId);
        connection.OnFrame = Answered;
    }

    public LoadConnection Connection { get; }

    /// <summary>Its phone number.</summary>
    public string OpenUserId { get; }

    public string UserId { get; }

    public string ApplicationUuid { get; init; } = "bench-application-of-this-machine";

    /// <summary>Every frame that answers none of <see cref="Ask"/>.</summary>
    public FrameHandler OnFrame { get; set; } = static _ => { };

    public static async Task<Phone> Connect(IPEndPoint server, string openUserId, IPAddress? source, CancellationToken cancellation)
    {
        var connection = await LoadConnection.Open(server, "/ws", source, cancellation);
        var phone = new Phone(connection, openUserId);
        phone._reading = connection.Run(cancellation);
        return phone;
    }

    /// <summary>Registers with the fixed code of a development server.</summary>
    public async Task Register(string openUserId, string code)
    {
        await Ask(new RequestRegisterApplication(null, "bench", null, openUserId, null, UserId, ApplicationUuid, null));
        await Ask(new RequestConfirmRegistration(code, UserId, ApplicationUuid));
    }

    /// <param name="resumeCursor">The last cursor seen by the connection before.</param>
    public Task<string> Authenticate(string? resumeCursor = null) =>
        Ask(new RequestAuthenticationByApplication(UserId, ApplicationUuid, resumeCursor));

    /// <summary>Sends a request and gives the payload of its answer.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public async Task<string> Ask(IRequest request)
    {
        var id = $"a{Interlocked.Increment(ref _next)}";
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        Connection.Send(Bytes(id, request));
        var frame = await answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
        using var json = JsonDocument.Parse(frame);
        var payload = json.RootElement.GetProperty("payload");
        if (payload.TryGetProperty("status", out var status) && status.GetString() != Statuses.Ok)
        {
            throw new InvalidOperationException($"{request.GetType().Name} was refused: {payload}");
        }

        return payload.ToString();
    }

    public static byte[] Bytes(string id, IRequest request)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(512);
        FrameWriter.Request(output, id, request);
        return output.WrittenSpan.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _reading;
    }

    private void Answered(ReadOnlySpan<byte> frame)
    {
        if (!_asked.IsEmpty)
        {
            var at = frame.IndexOf(",\"id\":\"a"u8);
            if (at is > 0 and < 100)
            {
                var rest = frame[(at + 7)..];
                var id = Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
                if (_asked.TryRemove(id, out var answer))
                {
                    answer.SetResult(Encoding.UTF8.GetString(frame));
                    return;
                }
            }
        }

        OnFrame(frame);
    }
}
