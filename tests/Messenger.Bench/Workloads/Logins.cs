using System.Diagnostics;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;

namespace Messenger.Bench.Workloads;

/// <summary>People who are known already connect and authenticate, some at a time: connection, handshake and login, nothing else.</summary>
internal static class Logins
{
    /// <summary>Logins under way at once.</summary>
    private const int MaxConcurrency = 64;

    public static async Task<Measurement> Run(ITarget target, Scale scale, CancellationToken cancellation)
    {
        // Some come and go until the server is warm; those who are measured come once.
        var regulars = await Register(target, 0, MaxConcurrency, cancellation);
        for (var warming = Stopwatch.StartNew(); warming.Elapsed < scale.WarmUp;)
        {
            await Leave(await Task.WhenAll(regulars.Select(logIn => logIn())));
        }

        return await Measure(target, "logins", await Register(target, MaxConcurrency, scale.Connections, cancellation));
    }

    /// <summary>A gateway's death, or an upgrade, brings its clients to servers that have compiled nothing yet and know nobody.</summary>
    public static async Task<Measurement> Cold(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        var known = await Register(target, 0, scale.Connections, cancellation);
        await target.Restart(cancellation);
        return await Measure(target, "logins-cold", known);
    }

    private static async Task<Measurement> Measure(ITarget target, string name, List<Func<Task<LoadConnection>>> known)
    {
        var open = new List<LoadConnection>();
        var latencies = new Latencies();
        var (before, own, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Stopwatch.StartNew());
        foreach (var some in known.Chunk(MaxConcurrency))
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
        await Leave(open);
        return new Measurement(
            target.Name, name, known.Count / seconds, cpu / known.Count * 1000, Cpu.OwnSeconds() - own, latencies.Percentile(.5), latencies.Percentile(.99),
            null, null, null, 0, 0)
        { ServerCpu = cpu };
    }

    private static async Task<List<Func<Task<LoadConnection>>>> Register(ITarget target, int first, int people, CancellationToken cancellation)
    {
        var known = new List<Func<Task<LoadConnection>>>();
        foreach (var some in Enumerable.Range(first, people).Chunk(MaxConcurrency))
        {
            known.AddRange(await Task.WhenAll(some.Select(number => target.Known(number, cancellation))));
        }

        return known;
    }

    private static async Task Leave(IEnumerable<LoadConnection> connections)
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }
}
