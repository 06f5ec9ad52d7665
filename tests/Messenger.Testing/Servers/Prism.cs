using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Messenger.Testing.Servers;

/// <summary>Prism: answers an OpenAPI document, and refuses with 422 what violates it.</summary>
public sealed class Prism : IAsyncDisposable
{
    /// <summary>It is slow to start on a machine that builds.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Prism(Process process) => _process = process;

    public Uri Url { get; private init; } = null!;

    /// <summary>Answers the document itself.</summary>
    public static Task<Prism> Mock(string document) => Start(["mock", document]);

    /// <summary>Stands before a server: what either side says that is not in the document is an error, with what it violates.</summary>
    public static Task<Prism> Before(Uri server, string document) => Start(["proxy", document, server.ToString()]);

    private static async Task<Prism> Start(string[] arguments)
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var start = new ProcessStartInfo(Program(), [.. arguments, "--errors", "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var prism = new Prism(Process.Start(start)!) { Url = new Uri($"http://127.0.0.1:{port}") };
        var listening = new TaskCompletionSource();
        prism._process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("Prism is listening", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }
        };
        prism._process.ErrorDataReceived += (_, _) => { };
        prism._process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("Prism ended"));
        prism._process.EnableRaisingEvents = true;
        prism._process.BeginOutputReadLine();
        prism._process.BeginErrorReadLine();
        try
        {
            await listening.Task.WaitAsync(StartTimeout);
        }
        catch
        {
            await prism.DisposeAsync();
            throw;
        }

        return prism;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Where tests/tools/pushes puts it. Missing is a failure, never a skip.</summary>
    private static string Program()
    {
        var tools = Environment.GetEnvironmentVariable("MESSENGER_TEST_TOOLS") is { Length: > 0 } given ? given : "/tmp/messenger-test-tools";
        var folder = Directory.Exists(tools) ? Directory.GetDirectories(tools, "prism-*").FirstOrDefault(found => !found.EndsWith(".new", StringComparison.Ordinal)) : null;
        return folder is null
            ? throw new InvalidOperationException("Prism is not installed: run tests/tools/pushes")
            : Path.Combine(folder, "node_modules", ".bin", "prism");
    }
}
