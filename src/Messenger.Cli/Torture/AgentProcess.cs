using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Torture;

/// <summary>A program on a client library that takes JSON lines and answers them: one person's device. It can be killed and started again.</summary>
internal sealed class AgentProcess(string command, string name) : IAsyncDisposable
{
    /// <summary>For a command in a bad network: a key pair takes seconds, a retried send as long as the outage.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonNode>> _asked = new();
    private Process _process = new();
    private Task _reading = Task.CompletedTask;
    private long _last;

    public string Name => name;

    public string UserId { get; set; } = "";

    /// <summary>Whether it can be killed and go on from its store.</summary>
    public bool SurvivesCrash { get; set; }

    public void Start()
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", "exec " + command])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = false,
                UseShellExecute = false,
            },
        };
        _process.Start();
        _reading = Read(_process);
    }

    /// <summary>kill -9. What was asked and not answered has an unknown outcome.</summary>
    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    /// <exception cref="AgentException">It answered with an error, or ended before it answered.</exception>
    public async Task<JsonNode> Ask(string what, object? given = null)
    {
        var id = Interlocked.Increment(ref _last);
        var line = JsonSerializer.SerializeToNode(given ?? new { })!.AsObject();
        (line["id"], line["do"]) = (id, what);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        try
        {
            await _process.StandardInput.WriteLineAsync(line.ToJsonString());
            await _process.StandardInput.FlushAsync();
            var node = await answer.Task.WaitAsync(Timeout);
            return node["ok"]?.GetValue<bool>() == true ? node : throw new AgentException($"{name}, {what}: {node["error"]}", wasRefused: true);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or TimeoutException)
        {
            throw new AgentException($"{name}, {what}: {fault.Message}", wasRefused: false, fault);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                await Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // It was never started, or is gone already.
        }
    }

    private async Task Read(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (JsonNode.Parse(line) is { } node && node["id"] is { } id && _asked.TryRemove(id.GetValue<long>(), out var asked))
            {
                asked.TrySetResult(node);
            }
        }

        foreach (var id in _asked.Keys)
        {
            if (_asked.TryRemove(id, out var asked))
            {
                asked.TrySetException(new IOException("the agent ended"));
            }
        }
    }
}

/// <param name="wasRefused">The agent itself said no: the outcome is known.</param>
internal sealed class AgentException(string message, bool wasRefused, Exception? inner = null) : Exception(message, inner)
{
    public bool WasRefused => wasRefused;
}
