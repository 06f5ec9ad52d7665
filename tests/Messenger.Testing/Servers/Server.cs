using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Messenger.Testing.Servers;

/// <summary>A real server process in a folder of its own, for as long as a test needs it.</summary>
public abstract class Server : IAsyncDisposable
{
    /// <summary>Far more than a start takes, on a machine that runs many tests at once.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private const int SigInt = 2;
    protected const int SigKill = 9;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private Process? _process;
    private bool _mounted;

    protected Server(string name)
    {
        Folder = Directory.CreateTempSubdirectory($"messenger-{name}-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", ["nobody", Folder]);
        }

        // Nothing outlives the test run, whatever becomes of it.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Signal(SigKill);
    }

    public int Port { get; } = FreePort();

    /// <summary>Of the server itself; it may have children.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the server does not run");

    protected string Folder { get; }

    protected abstract (string Program, string[] Arguments) Command { get; }

    /// <summary>What asks it to stop in order.</summary>
    protected virtual int StopSignal => SigInt;

    /// <summary>Ends the process and its children at once, as a power cut would.</summary>
    public async Task Kill()
    {
        Signal(SigKill);
        await Gone();
    }

    /// <summary>Stops the process and its children in their tracks: connections stay open and nobody answers.</summary>
    public void Pause() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    /// <summary>Starts again on the same folder and port, after an orderly stop where it still runs.</summary>
    public async Task Restart()
    {
        await Stop();
        await Launch();
    }

    public async Task Stop()
    {
        if (_process is { HasExited: false })
        {
            Signal(SigCont);
            _ = Native.Kill(_process.Id, StopSignal);
            await Gone();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        if (_mounted)
        {
            Run("umount", [Folder]);
        }

        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether it takes requests; asked again until it does.</summary>
    protected abstract Task<bool> Ready();

    /// <summary>A small disk of its own under the folder.</summary>
    protected void MountDisk(int mebibytes)
    {
        Run("mount", ["-t", "tmpfs", "-o", $"size={mebibytes}m,mode=0755", "messenger-test", Folder]);
        _mounted = true;
        Run("chown", ["nobody", Folder]);
    }

    protected async Task Launch()
    {
        var (program, arguments) = Command;
        var start = Unprivileged(program, arguments);
        _process = Process.Start(start)!;

        // What it writes is read, or its pipe would fill; it is shown when the start fails.
        var output = new List<string>();
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var deadline = Stopwatch.StartNew();
        while (!await Ready())
        {
            if (_process.HasExited || deadline.Elapsed > StartTimeout)
            {
                lock (output)
                {
                    throw new InvalidOperationException($"{program} did not start: {string.Join('\n', output)}");
                }
            }

            await Task.Delay(20);
        }

        void Keep(string? line)
        {
            lock (output)
            {
                if (line is not null && output.Count < 100)
                {
                    output.Add(line);
                }
            }
        }
    }

    /// <summary>Runs a program to its end, unprivileged.</summary>
    protected static void RunUnprivileged(string program, string[] arguments) => Wait(Unprivileged(program, arguments));

    protected static int Exit(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit(StartTimeout);
        return process.ExitCode;
    }

    private static void Run(string program, string[] arguments) =>
        Wait(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    private static void Wait(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        if (!process.WaitForExit(StartTimeout) || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{start.FileName} failed: {output.Result} {errors}");
        }
    }

    /// <summary>PostgreSQL refuses to run as root; what it must not be, no server here is.</summary>
    private static ProcessStartInfo Unprivileged(string program, string[] arguments)
    {
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.WorkingDirectory = "/";
        return start;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task Gone()
    {
        using var limit = new CancellationTokenSource(StartTimeout);
        await _process!.WaitForExitAsync(limit.Token);
        _process.Dispose();
        _process = null;
    }

    private void Signal(int signal)
    {
        if (_process is not { HasExited: false } running)
        {
            return;
        }

        // The parent first, so that it starts no further child meanwhile.
        var children = Children(running.Id);
        foreach (var id in (int[])[running.Id, .. children])
        {
            _ = Native.Kill(id, signal);
        }
    }

    private static List<int> Children(int parent)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                // pid (name) state parent …; the name may hold anything, so look behind its end.
                if (int.TryParse(Path.GetFileName(folder), out var id)
                    && File.ReadAllText($"{folder}/stat") is var stat
                    && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{parent}")
                {
                    found.Add(id);
                }
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }

        return found;
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        public static extern int Kill(int process, int signal);
    }
}
