using System.Diagnostics;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;

namespace Messenger.Bench.Workloads;

/// <summary>People who are known already connect and authenticate, some at a time: connection, handshake and login, nothing else.</summary>
internal static class Logins
{
    /// <summary>Logins under way at once.</summary>
    private const int Together = 64;

    public static async Task<Measurement> Run(ITarget target, int people, CancellationToken cancellation)
    {
        var known = new List<Func<Task<LoadConnection>>>();
        for (var made = 0; made < people + Together; made += Together)
        {
            known.AddRange(await Task.WhenAll(Enumerable.Range(made, Math.Min(Together, people + Together - made)).Select(number => target.Known(number, cancellation))));
        }

        // The first ones bring in what is loaded once.
        var open = new List<LoadConnection>(await Task.WhenAll(known.Take(Together).Select(one => one())));
        var latencies = new Latencies();
        var (before, own, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Stopwatch.StartNew());
        foreach (var some in known.Skip(Together).Chunk(Together))
        {
            open.AddRange(await Task.WhenAll(some.Select(async logIn =>
            {
                var since = Stopwatch.GetTimestamp();
                var connection = await logIn();
                latencies.Add(Stopwatch.GetTimestamp() - since);
                return connection;
            })));
        }

        var (seconds, cpu) = (watch.Elapsed.TotalSeconds, Cpu.Seconds(target.Processes) - before);
        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }

        return new Measurement(
            target.Name, "logins", people / seconds, cpu / people * 1000, Cpu.OwnSeconds() - own, latencies.Percentile(.5), latencies.Percentile(.99),
            null, null, null, 0, 0)
        { ServerCpu = cpu };
    }
}
