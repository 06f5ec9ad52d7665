using System.Diagnostics;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;

namespace Messenger.Bench.Workloads;

/// <summary>Connections that are authenticated and then silent: what each adds to the memory of all server processes.</summary>
internal static class Idle
{
    /// <summary>Connections opened at once.</summary>
    private const int MaxConcurrency = 64;

    public static async Task<Measurement> Run(ITarget target, int connections, CancellationToken cancellation)
    {
        // A quarter comes first, so that what is loaded, compiled or cached once, by the database too, is not counted on each.
        var (open, first) = (new List<LoadConnection>(), connections / 4);
        for (var at = 0; at < first; at += MaxConcurrency)
        {
            open.AddRange(await Open(target, at, Math.Min(MaxConcurrency, first - at), cancellation));
        }

        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        var (memory, cpu) = (Cpu.ProportionalKiB(target.Processes), Cpu.Seconds(target.Processes));
        var watch = Stopwatch.StartNew();
        for (var at = first; at < connections; at += MaxConcurrency)
        {
            open.AddRange(await Open(target, at, Math.Min(MaxConcurrency, connections - at), cancellation));
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var added = connections - first;
        var perThousand = (Cpu.Seconds(target.Processes) - cpu) / added * 1000;
        await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        var each = (Cpu.ProportionalKiB(target.Processes) - memory) / (double)added;
        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }

        return new Measurement(target.Name, "idle", added / seconds, perThousand, 0, null, null, null, null, each, 0, 0);
    }

    private static Task<LoadConnection[]> Open(ITarget target, int from, int count, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(from, count).Select(number => target.Idle(number, cancellation)));
}
