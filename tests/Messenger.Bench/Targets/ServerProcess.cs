using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Messenger.Bench.Targets;

/// <summary>A server process of the bench's; it ends with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>A start that takes longer has failed.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    private readonly ProcessStartInfo _start;
    private readonly Queue<string> _last = new();

    /// <summary>All that it says, where MESSENGER_TEST_LOGS names a folder.</summary>
    private readonly StreamWriter? _log;

    private Process _process;

    private ServerProcess(ProcessStartInfo start)
    {
        _start = start;
        _process = Launch();
        if (Environment.GetEnvironmentVariable("MESSENGER_TEST_LOGS") is { Length: > 0 } folder)
        {
            _log = new StreamWriter(Path.Combine(Directory.CreateDirectory(folder).FullName, $"bench-{_process.Id}.log")) { AutoFlush = true };
        }
    }

    public int Id => _process.Id;

    public static ServerProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return new ServerProcess(start);
    }

    /// <summary>Stops it as an operator does, and starts it again with the same settings. It is not ready yet.</summary>
    public async Task Restart(CancellationToken cancellation)
    {
        using (var stop = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await stop.WaitForExitAsync(cancellation);
        }

        await _process.WaitForExitAsync(cancellation);
        _process.Dispose();
        _process = Launch();
    }

    private Process Launch()
    {
        var process = Process.Start(_start) ?? throw new InvalidOperationException($"{_start.FileName} did not start");
        process.OutputDataReceived += (_, line) => Remember(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until /health/ready answers.</summary>
    public async Task Ready(int port, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var since = Stopwatch.StartNew();
        while (since.Elapsed < RequestTimeout)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"the server ended at start: {string.Join('\n', _last)}");
            }

            try
            {
                using var answer = await http.GetAsync($"http://127.0.0.1:{port}/health/ready", cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(50, cancellation);
        }

        throw new TimeoutException($"the server was not ready in {RequestTimeout.TotalSeconds} s: {string.Join('\n', _last)}");
    }

    /// <summary>Waits until it takes connections.</summary>
    public async Task Listening(int port, CancellationToken cancellation)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50, cancellation))
        {
            if (_process.HasExited || since.Elapsed > RequestTimeout)
            {
                throw new InvalidOperationException($"the server does not listen: {string.Join('\n', _last)}");
            }

            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        await using var server = Start(program, arguments, environment);
        await server._process.WaitForExitAsync(cancellation);
        if (server._process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {server._process.ExitCode}: {string.Join('\n', server._last)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        // The streams are read to their end before the writer goes.
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }

    private void Remember(string? line)
    {
        lock (_last)
        {
            if (line is not null)
            {
                _last.Enqueue(line);
                _log?.WriteLine(line);
            }

            if (_last.Count > 20)
            {
                _last.Dequeue();
            }
        }
    }
}

/// <summary>Ports that are free now.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
