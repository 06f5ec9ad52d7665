using System.Net;
using Messenger.Bench.Load;
using Messenger.Bench.Yardsticks;
using Messenger.Protocol;
using Messenger.Testing.Servers;

namespace Messenger.Bench.Targets;

/// <summary>The yardstick: this same program in its server role, in a process of its own.</summary>
internal sealed class RawTarget(string name, int port, ServerProcess server, DirectoryInfo folder, PostgresServer? store) : ITarget
{
    private const int Names = 64;

    private int _rooms;
    private int _files;

    public string Name { get; } = name;

    public IReadOnlyList<int> Processes { get; } = store is null ? [server.Id] : [server.Id, store.ProcessId];

    public PostgresServer? Store { get; } = store;

    private IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, port);

    public static async Task<RawTarget> Start(string name, PostgresServer? store, CancellationToken cancellation)
    {
        var port = Ports.Free();
        List<string> arguments = ["serve-raw", "--port", $"{port}"];
        if (store is not null)
        {
            arguments.AddRange(["--postgres", store.ConnectionString()]);
        }

        var folder = Directory.CreateTempSubdirectory("messenger-bench-raw-");
        var server = ServerProcess.Start("dotnet", [typeof(RawTarget).Assembly.Location, .. arguments], new Dictionary<string, string> { [RawFiles.Folder] = folder.FullName });
        await server.Ready(port, cancellation);
        return new RawTarget(name, port, server, folder, store);
    }

    public async Task<Party[]> Group(int people, CancellationToken cancellation)
    {
        var room = $"/room/{Interlocked.Increment(ref _rooms)}";
        var message = Frames.Message(Guid.NewGuid(), Guid.NewGuid());
        var parties = new Party[people];
        for (var i = 0; i < people; i++)
        {
            var connection = await LoadConnection.Open(EndPoint, room, null, cancellation);
            _ = connection.Run(cancellation);
            parties[i] = new Party(
                connection, handler => connection.OnFrame = handler, uuid => connection.Send(message(uuid)), Frames.Ping,
                "{\"id\""u8.ToArray(), "messageUuid\":\""u8.ToArray());
        }

        return parties;
    }

    public async Task<LoadConnection> Idle(int number, CancellationToken cancellation)
    {
        var connection = await LoadConnection.Open(EndPoint, $"/room/idle{number}", Sources.Of(number), cancellation);
        _ = connection.Run(cancellation);
        return connection;
    }

    public Task<Func<Task<LoadConnection>>> Known(int number, CancellationToken cancellation) =>
        Task.FromResult<Func<Task<LoadConnection>>>(() => Idle(number, cancellation));

    public Task<FileLane> Files(CancellationToken cancellation) => Task.FromResult(new FileLane(new Uri($"http://{EndPoint}"), null, () =>
    {
        // Some names again and again: nobody empties this folder while it runs.
        var path = $"/files/{Interlocked.Increment(ref _files) % Names}";
        return Task.FromResult<(string, Func<Task<string>>)>((path, () => Task.FromResult(path)));
    }));

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

/// <summary>The frames of the load, the same for every target.</summary>
internal static class Frames
{
    public static byte[] Ping { get; } = Phone.Bytes("p", new RequestPing("bench", 0));

    /// <summary>A message of a usual size: 96 bytes of ciphertext.</summary>
    public static Func<Guid, byte[]> Message(Guid conversation, Guid sessionKey) => Of("m", uuid => new RequestAddMessage(
        Convert.ToBase64String(new byte[96]), conversation.ToString(), false, Convert.ToBase64String(new byte[12]), uuid, null, sessionKey.ToString()));

    public static (Func<Guid, byte[]> Delivered, Func<Guid, byte[]> Readed) Receipts(Guid conversation) => (
        Of("d", uuid => new MessageDelivered(conversation.ToString(), uuid)),
        Of("r", uuid => new RequestMessagesReaded(conversation.ToString(), [uuid])));

    private static Func<Guid, byte[]> Of(string id, Func<string, IRequest> request)
    {
        var placeholder = Guid.Empty.ToString();
        var template = Phone.Bytes(id, request(placeholder));
        var at = template.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(placeholder));
        return uuid =>
        {
            var frame = template.AsSpan().ToArray();
            uuid.TryFormat(frame.AsSpan(at), out _);
            return frame;
        };
    }
}
