using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Messenger.Cli.Torture;

/// <summary>A TCP proxy between agents and a server that delays, halves, silences and cuts, as a seed has it; and looks for what should have been sealed.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    /// <summary>Between two faults of one connection, on average: long enough for a login, short enough for dozens in a minute.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Uri _target;
    private readonly byte[] _secret;
    private readonly Random _random;
    private readonly Lock _lock = new();
    private readonly List<Task> _pairs = [];
    private readonly Task _accepting;
    private long _faults;

    /// <param name="secret">What is in every plaintext: it must not be seen.</param>
    public FaultyProxy(Uri target, string secret, int seed)
    {
        (_target, _secret, _random) = (target, Encoding.UTF8.GetBytes(secret), new Random(seed));
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>Where agents connect.</summary>
    public Uri Url => new($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{_target.AbsolutePath}");

    /// <summary>True: everything passes as it comes.</summary>
    public bool IsCalm { get; set; } = true;

    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>A plaintext passed by.</summary>
    public bool SawSecret { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_pairs);
        _ending.Dispose();
    }

    private async Task Accept()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                _pairs.RemoveAll(pair => pair.IsCompleted);
                _pairs.Add(Pair(client));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Pair(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        using (var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token))
        {
            try
            {
                await server.ConnectAsync(_target.Host, _target.Port, ending.Token);
                var cut = CutAfter();
                var up = Pump(client.GetStream(), server.GetStream(), cut, scan: false, ending.Token);
                var down = Pump(server.GetStream(), client.GetStream(), cut, scan: true, ending.Token);
                await Task.WhenAny(up, down);
                await ending.CancelAsync();

                // A reset, as of a network that goes: no close frame, nothing that waits is delivered.
                client.LingerState = server.LingerState = new LingerOption(true, 0);
                await Task.WhenAll(up, down);
            }
            catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either end is gone, which is what this is for.
            }
        }
    }

    private async Task Pump(NetworkStream from, NetworkStream to, DateTimeOffset cut, bool scan, CancellationToken cancellation)
    {
        var buffer = new byte[32 * 1024];
        byte[] tail = [];
        while (true)
        {
            var length = await from.ReadAsync(buffer, cancellation);
            if (length == 0)
            {
                return;
            }

            if (scan)
            {
                byte[] seen = [.. tail, .. buffer.AsSpan(0, length)];
                SawSecret |= seen.AsSpan().IndexOf(_secret) >= 0;
                tail = seen[^Math.Min(seen.Length, _secret.Length - 1)..];
            }

            if (!IsCalm)
            {
                await Task.Delay(Draw(LongestDelay), cancellation);
                if (DateTimeOffset.UtcNow >= cut)
                {
                    Interlocked.Increment(ref _faults);
                    await to.WriteAsync(buffer.AsMemory(0, Next(length + 1)), cancellation);
                    if (Next(3) == 0)
                    {
                        await Task.Delay(Draw(LongestSilence), cancellation);
                    }

                    return;
                }
            }

            await to.WriteAsync(buffer.AsMemory(0, length), cancellation);
        }
    }

    private DateTimeOffset CutAfter()
    {
        lock (_lock)
        {
            return DateTimeOffset.UtcNow + (Between * -Math.Log(1 - _random.NextDouble()));
        }
    }

    private TimeSpan Draw(TimeSpan longest)
    {
        lock (_lock)
        {
            return longest * _random.NextDouble();
        }
    }

    private int Next(int below)
    {
        lock (_lock)
        {
            return _random.Next(below);
        }
    }
}
