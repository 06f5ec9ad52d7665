using System.Diagnostics;
using System.Net;

namespace Messenger.Testing.Processes;

/// <summary>The built server as a process of its own: it can be killed, stopped and started again on the same port and data.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private Process _process;

    private ServerProcess(ServerSettings settings)
    {
        Settings = settings;
        _process = LaunchProcess();

        // Nothing outlives the test run, whatever becomes of it.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KillQuietly();
    }

    public ServerSettings Settings { get; private set; }

    /// <summary>Of every start.</summary>
    public ServerLog Log { get; } = new();

    /// <summary>True where a failing dependency is the test, and libraries log its exceptions.</summary>
    public bool MayLogStackTraces { get; init; }

    public int Id => _process.Id;

    /// <summary>Of the process that ended.</summary>
    public int ExitCode => _process.ExitCode;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(ServerSettings settings, bool mayLogStackTraces = false)
    {
        var server = new ServerProcess(settings) { MayLogStackTraces = mayLogStackTraces };
        try
        {
            await server.Ready();
            return server;
        }
        catch
        {
            server.Kill9();
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server of which a test does not expect that it is ever ready.</summary>
    public static ServerProcess Launch(ServerSettings settings, bool mayLogStackTraces = false) => new(settings) { MayLogStackTraces = mayLogStackTraces };

    /// <summary>Runs one command of the server's, such as <c>migrate</c>, to its end; throws unless it ends well.</summary>
    public static async Task RunAsync(ServerSettings settings, params string[] arguments)
    {
        var log = new ServerLog();
        using var process = Start(settings, log, arguments);
        using var deadline = new CancellationTokenSource(Deadlines.Start);
        await process.WaitForExitAsync(deadline.Token);
        Directory.Delete(settings.DataDirectory, recursive: true);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {process.ExitCode}:\n{log.Tail}");
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public void Kill9()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public Task Terminate() => Terminate(Deadlines.Stop);

    /// <summary>SIGTERM, and waits so long for the end.</summary>
    public async Task Terminate(TimeSpan limit)
    {
        Signal.SendTerminate(_process);
        using var deadline = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(deadline.Token);
    }

    public void Pause() => Signal.SendStop(_process);

    public void Resume() => Signal.SendContinue(_process);

    /// <summary>Starts it again after its end, on the same port and data, and waits until it is ready.</summary>
    public async Task Restart()
    {
        // Others ask whether it runs meanwhile: they see the ended process until there is a new one.
        using var ended = Interlocked.Exchange(ref _process, LaunchProcess());
        await Ready();
    }

    /// <summary>Starts it again after its end as another release, on the same port and data, and waits until it is ready.</summary>
    public Task RestartAs(string assembly)
    {
        Settings = Settings with { Assembly = assembly };
        return Restart();
    }

    public Task Ready() => Deadlines.Until(
        async () =>
        {
            Assert.False(_process.HasExited, $"the server ended with {(_process.HasExited ? _process.ExitCode : 0)} before it was ready:\n{Log.Tail}");
            return await IsReady();
        },
        Deadlines.Start,
        () => $"the server is not ready:\n{Log.Tail}");

    /// <summary>Whether it says so now.</summary>
    public async Task<bool> IsReady()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Settings.Http, "/health/ready"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            Resume();
            await Terminate();
        }

        _process.Dispose();
        if (Environment.GetEnvironmentVariable("MESSENGER_TEST_LOGS") is { Length: > 0 } kept)
        {
            Directory.CreateDirectory(kept);
            await File.WriteAllLinesAsync(Path.Combine(kept, $"{Path.GetFileName(Settings.DataDirectory)}.log"), Log.Lines);
        }

        Directory.Delete(Settings.DataDirectory, recursive: true);
        Log.AssertTellsNobody();
        if (!MayLogStackTraces)
        {
            Log.AssertNoStackTrace();
        }
    }

    private void KillQuietly()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Ended and disposed of long before.
        }
    }

    private Process LaunchProcess() => Start(Settings, Log, []);

    private static Process Start(ServerSettings settings, ServerLog log, string[] arguments)
    {
        string[] command = ["dotnet", settings.Assembly, .. arguments];
        if (settings.Descriptors is { } most)
        {
            // The shell becomes the server: the same id.
            command = ["sh", "-c", $"ulimit -n {most}; exec \"$@\"", "sh", .. command];
        }

        if (settings.Host is { } host)
        {
            // It becomes the server as well.
            command = ["ip", "netns", "exec", host.Name, .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = settings.DataDirectory,
        };
        foreach (var (key, value) in settings.Environment)
        {
            start.Environment[key] = value;
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => log.Add(line.Data);
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
