using System.Diagnostics;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;

namespace Messenger.Bench.Workloads;

/// <summary>Pings on authenticated connections, a window of them under way on each: what a gateway costs without a grain.</summary>
internal static class Echo
{
    public static async Task<Measurement> Run(ITarget target, int connections, int window, Scale scale, CancellationToken cancellation)
    {
        var count = 0L;
        var writing = true;
        var parties = await target.Group(connections, cancellation);
        foreach (var party in parties)
        {
            party.Listen(_ =>
            {
                Interlocked.Increment(ref count);
                if (Volatile.Read(ref writing))
                {
                    party.Connection.Send(party.Ping);
                }
            });
            for (var i = 0; i < window; i++)
            {
                party.Connection.Send(party.Ping);
            }
        }

        await Task.Delay(scale.WarmUp, cancellation);
        var (before, own, first) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Interlocked.Read(ref count));
        var watch = Stopwatch.StartNew();
        await Task.Delay(scale.Duration, cancellation);
        var done = Interlocked.Read(ref count) - first;
        var measured = new Measurement(
            target.Name, "echo", done / watch.Elapsed.TotalSeconds, (Cpu.Seconds(target.Processes) - before) / done * 1000,
            Cpu.OwnSeconds() - own, null, null, null, null, null, 0, 0);
        Volatile.Write(ref writing, false);
        foreach (var party in parties)
        {
            await party.Connection.DisposeAsync();
        }

        return measured;
    }
}
