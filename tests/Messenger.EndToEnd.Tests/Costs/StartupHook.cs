using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.InteropServices;

#pragma warning disable CA1050 // The runtime looks for this very name outside any namespace.

/// <summary>
/// Loaded by the runtime into a server process whose costs are counted (DOTNET_STARTUP_HOOKS): listens to the meters that operators have,
/// and writes their sums to a file whenever the process gets SIGCONT. The server itself knows nothing of it.
/// </summary>
internal static class StartupHook
{
    /// <summary>Names the file.</summary>
    public const string File = "MESSENGER_TEST_COUNTS";

    private static readonly MeterListener Listener = new();
    private static long _grainCalls;
    private static long _commands;

    /// <summary>Set: the bytes that live after a full collection are written too, which disturbs everything else that is counted.</summary>
    public const string Live = "MESSENGER_TEST_LIVE";

    /// <summary>Held, or the handler would go.</summary>
    private static PosixSignalRegistration? _registration;

    public static void Initialize()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        if (Environment.GetEnvironmentVariable(File) is not { } file)
        {
            return;
        }

        Listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "orleans-app-requests-latency" or "db.client.operation.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };

        // Each is told of once: a call of a grain, and a command or a batch of commands, which is one round trip.
        Listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => Count(instrument));
        Listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Count(instrument));
        Listener.Start();
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Write(file));
    }

    private static void Count(Instrument instrument) => Interlocked.Increment(ref instrument.Name.StartsWith("orleans", StringComparison.Ordinal) ? ref _grainCalls : ref _commands);

    private static void Write(string file)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Read(ref _grainCalls)} {Interlocked.Read(ref _commands)} {GC.GetTotalAllocatedBytes(precise: true)} {ThreadPool.CompletedWorkItemCount} {GC.GetTotalPauseDuration().TotalMilliseconds}");
        if (Environment.GetEnvironmentVariable(Live) is not null)
        {
            line += string.Create(CultureInfo.InvariantCulture, $" {GC.GetTotalMemory(forceFullCollection: true)}");
        }

        // Whole or not at all: somebody waits for it.
        System.IO.File.WriteAllText($"{file}.new", line);
        System.IO.File.Move($"{file}.new", file, overwrite: true);
    }
}
