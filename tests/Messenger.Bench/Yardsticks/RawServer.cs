using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messenger.Bench.Yardsticks;

/// <summary>
/// The ceiling of this design: a bare Kestrel WebSocket server that acknowledges each frame and forwards it to the others in the room,
/// and with a PostgreSQL connection string writes it there first, in group commits.
/// </summary>
/// <remarks>It understands nothing: a room is named in the path, an acknowledgement is the frame itself with a zero byte's worth of wrapping.</remarks>
internal static class RawServer
{
    public static async Task Run(int port, string? postgres)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        await using var log = postgres is null ? null : await RawLog.Open(postgres);
        var groups = new ConcurrentDictionary<string, RawGroup>();
        app.UseWebSockets();
        RawFiles.Map(app);
        app.MapGet("/health/ready", () => Results.Ok());
        app.Map("/room/{name}", async (HttpContext context, string name) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var group = groups.GetOrAdd(name, _ => new RawGroup());
            var peer = new Peer(socket);
            group.Join(peer);
            try
            {
                await Serve(peer, group, log);
            }
            catch (WebSocketException)
            {
                // The peer is gone.
            }
            finally
            {
                group.Leave(peer);
            }
        });
        await app.RunAsync();
    }

    private static async Task Serve(Peer peer, RawGroup group, RawLog? log)
    {
        var buffer = new byte[4096];
        while (true)
        {
            await peer.Socket.ReceiveAsync(Memory<byte>.Empty, default);
            var received = await peer.Socket.ReceiveAsync(buffer.AsMemory(), default);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var frame = buffer.AsSpan(0, received.Count).ToArray();
            if (frame.AsSpan().IndexOf("\"RequestPing\""u8) >= 0)
            {
                peer.Send(frame);
            }
            else if (log is null)
            {
                Forward(peer, group, frame);
            }
            else
            {
                log.Append(frame, () => Forward(peer, group, frame));
            }
        }
    }

    private static void Forward(Peer peer, RawGroup group, byte[] frame)
    {
        peer.Send([.. "{\"id\":\"0\",\"payload\":"u8, .. frame, .. "}"u8]);
        foreach (var other in group.Peers)
        {
            if (other != peer)
            {
                other.Send(frame);
            }
        }
    }

    private sealed class RawGroup
    {
        private readonly Lock _gate = new();

        public Peer[] Peers { get; private set; } = [];

        public void Join(Peer peer)
        {
            lock (_gate)
            {
                Peers = [.. Peers, peer];
            }
        }

        public void Leave(Peer peer)
        {
            lock (_gate)
            {
                Peers = [.. Peers.Where(other => other != peer)];
            }
        }
    }

    private sealed class Peer(WebSocket socket)
    {
        private readonly Queue<byte[]> _waiting = new();
        private bool _busy;

        public WebSocket Socket { get; } = socket;

        public void Send(byte[] frame)
        {
            lock (_waiting)
            {
                _waiting.Enqueue(frame);
                if (_busy)
                {
                    return;
                }

                _busy = true;
            }

            _ = Drain();
        }

        private async Task Drain()
        {
            try
            {
                while (true)
                {
                    byte[]? frame;
                    lock (_waiting)
                    {
                        if (!_waiting.TryDequeue(out frame))
                        {
                            _busy = false;
                            return;
                        }
                    }

                    await Socket.SendAsync(frame, WebSocketMessageType.Text, true, default);
                }
            }
            catch (Exception end) when (end is WebSocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The reader ends the connection.
            }
        }
    }
}
