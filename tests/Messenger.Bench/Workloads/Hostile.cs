using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Protocol;

namespace Messenger.Bench.Workloads;

/// <summary>
/// Pings of one client that behaves, at first alone, then beside a thousand connections that stall and ten thousand hostile frames of each kind.
/// The first column of answers is under attack; <c>first</c> is the p99 before it. Counts as lost when the p99 moved by more than <see cref="MaxSlowdown"/>.
/// </summary>
internal static class Hostile
{
    /// <summary>How much slower the slowest percent may become.</summary>
    private const double MaxSlowdown = 2;

    /// <summary>What is smaller is the scheduler's own noise, on a machine that generator and server share.</summary>
    private const double NoiseMs = 2;

    private const int Stalled = 1000;
    private const int EachKind = 10_000;
    private const int Attackers = 8;

    /// <summary>An attacker's frames in one turn, and the pause after: 2 000 a second in all, so that the generator itself takes little of the machine.</summary>
    private const int Burst = 25;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan BetweenPings = TimeSpan.FromMilliseconds(5);

    private static readonly byte[][] Kinds =
    [
        "this is no JSON at all"u8.ToArray(),
        "{\"type\":\"RequestEverything\",\"id\":1,\"payload\":{}}"u8.ToArray(),
        "{\"type\":\"RequestAddMessage\",\"id\":1,\"payload\":{\"conversationUuid\":[1,2,3],\"hasFiles\":\"maybe\"}}"u8.ToArray(),
        Encoding.UTF8.GetBytes("{\"type\":\"RequestPing\",\"id\":1,\"payload\":" + new string('[', 500) + new string(']', 500) + "}"),
        Encoding.UTF8.GetBytes("{\"type\":\"RequestConfirmRegistration\",\"id\":1,\"payload\":{\"uuid\":\"" + new string('x', 60_000) + "\"}}"),
    ];

    public static async Task<Measurement> Run(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var me = await target.LoggedIn(cancellation);
        await Pings(me, new Latencies(), scale.Duration, Task.CompletedTask);
        var calm = new Latencies();
        await Pings(me, calm, scale.Duration, Task.CompletedTask);

        var stalled = await Stall(target, cancellation);
        var (before, own, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Stopwatch.StartNew());
        var attack = Task.WhenAll(Enumerable.Range(0, Attackers).Select(number => Attack(target, number, cancellation)));
        var attacked = new Latencies();
        await Pings(me, attacked, scale.Duration, attack);
        await attack;
        var frames = Kinds.Length * EachKind;
        stalled.ForEach(socket => socket.Dispose());
        await me.DisposeAsync();
        var (p99, first) = (attacked.Percentile(.99)!.Value, calm.Percentile(.99)!.Value);
        return new Measurement(
            target.Name, "hostile", frames / watch.Elapsed.TotalSeconds, (Cpu.Seconds(target.Processes) - before) / frames * 1000, Cpu.OwnSeconds() - own,
            attacked.Percentile(.5), p99, null, null, null, p99 > Math.Max(MaxSlowdown * first, NoiseMs) ? 1 : 0, 0)
        { FirstMs = first };
    }

    /// <summary>One ping after the other, for so long and until something ended.</summary>
    private static async Task Pings(Phone me, Latencies latencies, TimeSpan least, Task until)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < least || !until.IsCompleted;)
        {
            var since = Stopwatch.GetTimestamp();
            await me.Ask(new RequestPing(null, 0));
            latencies.Add(Stopwatch.GetTimestamp() - since);
            await Task.Delay(BetweenPings);
        }
    }

    /// <summary>Some never end their headers, some never end a frame, some never read.</summary>
    private static async Task<List<Socket>> Stall(MessengerTarget target, CancellationToken cancellation)
    {
        var sockets = new List<Socket>();
        for (var number = 0; number < Stalled; number++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(target.Gateway(number), cancellation);
            var start = $"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(new byte[16])}\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(number % 3 == 0 ? start : start + "\r\n"), SocketFlags.None, cancellation);
            if (number % 3 == 1)
            {
                // Half of a frame's header.
                await socket.SendAsync(new byte[] { 0x81 }, SocketFlags.None, cancellation);
            }
        }

        return sockets;
    }

    private static async Task Attack(MessengerTarget target, int number, CancellationToken cancellation)
    {
        LoadConnection? connection = null;
        var reading = Task.CompletedTask;
        for (var sent = 0; sent < Kinds.Length * EachKind / Attackers; sent++)
        {
            if (connection is null || reading.IsCompleted)
            {
                connection = await LoadConnection.Open(target.Gateway(number), "/ws", null, cancellation);
                reading = connection.Run(cancellation);
            }

            connection.Send(Kinds[sent % Kinds.Length]);
            if (sent % Burst == 0)
            {
                await Task.Delay(Pause, cancellation);
            }
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        await reading;
    }
}
