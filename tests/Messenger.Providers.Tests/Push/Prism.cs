using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Messenger.Providers.Tests.Push;

/// <summary>Prism: answers an OpenAPI document, and refuses with 422 what violates it.</summary>
internal sealed class Prism : IAsyncDisposable
{
    private readonly Process process;

    private Prism(Process process) => this.process = process;

    public Uri Url { get; private init; } = null!;

    public static async Task<Prism> Mock(string document)
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var start = new ProcessStartInfo(Program(), ["mock", "--errors", "--host", "127.0.0.1", "--port", $"{port}", document])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var prism = new Prism(Process.Start(start)!) { Url = new Uri($"http://127.0.0.1:{port}") };
        prism.process.OutputDataReceived += (_, _) => { };
        prism.process.ErrorDataReceived += (_, _) => { };
        prism.process.BeginOutputReadLine();
        prism.process.BeginErrorReadLine();
        using var http = new HttpClient();
        await Until.True(
            async () =>
            {
                try
                {
                    using var answer = await http.GetAsync(prism.Url);
                    return true;
                }
                catch (HttpRequestException) when (!prism.process.HasExited)
                {
                    return false;
                }
            });
        return prism;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Where tests/push-tools puts it. Missing is a failure, never a skip.</summary>
    private static string Program()
    {
        var tools = Environment.GetEnvironmentVariable("MESSENGER_TEST_TOOLS") is { Length: > 0 } given ? given : "/tmp/messenger-test-tools";
        var folder = Directory.Exists(tools) ? Directory.GetDirectories(tools, "prism-*").FirstOrDefault(found => !found.EndsWith(".new", StringComparison.Ordinal)) : null;
        return folder is null
            ? throw new InvalidOperationException("Prism is not installed: run tests/push-tools")
            : Path.Combine(folder, "node_modules", ".bin", "prism");
    }
}
