using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Attacks;

/// <summary>
/// Attacks on the memory of a process that has as much heap as the chart's gateway, with limits on. It ends by none of them, and somebody who does
/// nothing wrong is served meanwhile.
/// </summary>
/// <remarks>MESSENGER_ATTACKS=whole runs them as they were first seen; without it in a third of the memory and a third of the size.</remarks>
public class HeapLimitTests(ITestOutputHelper output)
{
    private const int MiB = 1024 * 1024;

    private static readonly bool Whole = Environment.GetEnvironmentVariable("MESSENGER_ATTACKS") == "whole";

    /// <summary>What .NET takes of the chart's limit of 1 536 MiB.</summary>
    private static readonly long Heap = (Whole ? 1152L : 384L) * MiB;

    /// <summary>What a calm request may take in a run beside others: the machine is shared, and the figure that is aimed at is in the output.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    [Fact]
    public Task Messages_that_never_end() => Attack(async (server, _, ending) =>
    {
        var part = Masked(0x01, new byte[Whole ? 262_144 : 131_072].Select(_ => (byte)' ').ToArray());
        using var sockets = new Sockets();
        await Parallel.ForEachAsync(Enumerable.Range(0, Whole ? 1100 : 800), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ending }, async (_, token) =>
        {
            if (await sockets.Open(server.Settings.Http, token) is { } stream)
            {
                await Sockets.Send(stream, part, token);
            }
        });
        await Hold(ending);
    });

    [Fact]
    public Task Pings_whose_answers_nobody_reads() => Attack(async (server, _, ending) =>
    {
        var pings = Enumerable.Repeat(Masked(0x89, new byte[125]), 1000).SelectMany(frame => frame).ToArray();
        using var sockets = new Sockets();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            while (!ending.IsCancellationRequested)
            {
                // One that is cut comes back.
                if (await sockets.Open(server.Settings.Http, ending) is { } stream)
                {
                    while (await Sockets.Send(stream, pings, ending))
                    {
                    }
                }
            }
        }));
    });

    [Fact]
    public Task Pages_that_nobody_reads() => Attack(async (server, people, ending) =>
    {
        var author = people[0];
        var conversations = new List<ConversationHandle>();
        for (var i = 0; i < (Whole ? 11 : 4); i++)
        {
            var conversation = await author.Group(people[1..]);
            conversations.Add(conversation);
            for (var at = 0; at < (Whole ? 100 : 60); at++)
            {
                await author.Say(conversation, body: Body());
            }
        }

        using var readers = new Clients();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            // A phone gets five codes an hour.
            await using var phone = await people[number % people.Length].Second(server.Settings);
            while (!ending.IsCancellationRequested && await readers.Login(server.Settings.WebSocket, phone.Account, ending) is { } socket)
            {
                for (var i = 0; i < 20; i++)
                {
                    foreach (var conversation in conversations)
                    {
                        await Clients.Send(socket, $$$"""{"type":"RequestGetMessages","payload":{"conversationUuid":"{{{conversation.Uuid}}}","size":100}}""", ending);
                    }
                }

                await Hold(ending);
            }
        }));
    });

    [Fact]
    public Task Messages_that_fill_what_is_kept_of_conversations() => Attack(async (server, people, ending) =>
    {
        await using var other = await Phone.Join(server.Settings);
        await Task.WhenAll(people.Select(async author =>
        {
            var conversation = await author.Group(other);
            for (var i = 0; i < (Whole ? 1200 : 400) && !ending.IsCancellationRequested; i++)
            {
                // A refusal is allowed: what is asked is that nobody else is refused.
                await author.Ask("RequestAddMessage", conversation.Draft(body: Body()));
            }
        }));
    });

    private static string Body() => Convert.ToBase64String(new byte[48 * 1024]);

    private static async Task Hold(CancellationToken ending) => await Task.Delay(Timeout.Infinite, ending).ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task Attack(Func<ServerProcess, Phone[], CancellationToken, Task> attack)
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("DOTNET_GCHeapHardLimit", Heap.ToString("X", CultureInfo.InvariantCulture)), ("Limits__Enabled", "true")));
        var people = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Phone.Join(server.Settings)));
        await using var calm = await Phone.Join(server.Settings);
        await using var peer = await Phone.Join(server.Settings);
        var conversation = await calm.Dialog(peer);
        await Calm(calm, conversation, TimeSpan.FromSeconds(3), CancellationToken.None);
        var before = await Calm(calm, conversation, TimeSpan.FromSeconds(5), CancellationToken.None);

        using var ending = new CancellationTokenSource();
        var under = attack(server, people, ending.Token);
        var during = await Calm(calm, conversation, TimeSpan.FromSeconds(Whole ? 40 : 15), CancellationToken.None);
        var most = Resident(server);
        await ending.CancelAsync();
        try
        {
            await under;
        }
        catch (OperationCanceledException)
        {
            // It ran until it was ended.
        }

        Assert.True(server.IsRunning, server.Log.Tail);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("OutOfMemory", StringComparison.Ordinal));
        output.WriteLine($"calm requests: median {before.Median:0.0} -> {during.Median:0.0} ms, worst {before.Worst:0} -> {during.Worst:0} ms; {most / MiB} MiB at the end of the attack");
        Assert.True(during.Worst < Bound.TotalMilliseconds, $"a calm request took {during.Worst:0} ms");
        foreach (var person in people)
        {
            await person.DisposeAsync();
        }
    }

    /// <summary>Ten messages a second, each answered <c>ok</c>.</summary>
    private static async Task<(double Median, double Worst)> Calm(Phone calm, ConversationHandle conversation, TimeSpan length, CancellationToken ending)
    {
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (Stopwatch.GetElapsedTime(started) < length && await pace.WaitForNextTickAsync(ending))
        {
            var asked = Stopwatch.GetTimestamp();
            await calm.Say(conversation);
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }

        times.Sort();
        return (times[times.Count / 2], times[^1]);
    }

    private static long Resident(ServerProcess server) => 1024 * long.Parse(
        File.ReadLines($"/proc/{server.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Trim('\t'),
        CultureInfo.InvariantCulture);

    private static byte[] Masked(byte first, byte[] payload)
    {
        byte[] length = payload.Length < 126
            ? [(byte)(0x80 | payload.Length)]
            : [0xff, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length];

        // A mask of zeros leaves the payload as it is.
        return [first, .. length, 0, 0, 0, 0, .. payload];
    }

    /// <summary>Connections that write bytes, and read no more than the upgrade's answer.</summary>
    private sealed class Sockets : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentBag<TcpClient> _open = [];

        public async Task<NetworkStream?> Open(Uri server, CancellationToken ending)
        {
            var client = new TcpClient();
            _open.Add(client);
            try
            {
                await client.ConnectAsync(server.Host, server.Port, ending);
                var stream = client.GetStream();
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"GET /ws HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"), ending);
                var answer = new byte[512];
                return await stream.ReadAsync(answer, ending) > 12 && answer[9] == '1' ? stream : null;
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                return null;
            }
        }

        /// <summary>False when it was cut.</summary>
        public static async Task<bool> Send(NetworkStream stream, byte[] bytes, CancellationToken ending)
        {
            try
            {
                await stream.WriteAsync(bytes, ending);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        public void Dispose()
        {
            foreach (var client in _open)
            {
                client.Dispose();
            }
        }
    }

    /// <summary>Clients that ask, and do not read.</summary>
    private sealed class Clients : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentBag<ClientWebSocket> _open = [];

        public async Task<ClientWebSocket?> Login(Uri server, Account account, CancellationToken ending)
        {
            var socket = new ClientWebSocket();
            _open.Add(socket);
            await socket.ConnectAsync(server, ending);
            await Send(socket, $$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{account.UserId}}}","uuid":"{{{account.Application}}}"}}""", ending);
            return socket;
        }

        public static async Task Send(ClientWebSocket socket, string text, CancellationToken ending)
        {
            try
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, ending);
            }
            catch (WebSocketException)
            {
                // Cut, as it deserves.
            }
        }

        public void Dispose()
        {
            foreach (var socket in _open)
            {
                socket.Dispose();
            }
        }
    }
}
