using System.Diagnostics;
using System.Security.Cryptography;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;

namespace Messenger.Bench.Workloads;

/// <summary>Files going in or out, some at a time. Operations are MiB, so that rates are throughput; latencies are those of whole files.</summary>
internal static class Transfer
{
    private const int MiB = 1024 * 1024;
    private const int Lanes = 4;

    public static async Task<Measurement> Run(ITarget target, string name, int fileMiB, bool upload, TimeSpan duration, CancellationToken cancellation)
    {
        var bytes = RandomNumberGenerator.GetBytes(fileMiB * MiB);
        var lanes = new List<FileLane>();
        var paths = new List<string>();
        for (var i = 0; i < Lanes; i++)
        {
            lanes.Add(await target.Files(cancellation));

            // The first file brings in what is loaded once, and is what a download fetches.
            var url = await lanes[i].Upload(bytes, cancellation);
            paths.Add(await url());
            await lanes[i].Download(paths[i], cancellation);
        }

        var latencies = new Latencies();
        var (cpu, own) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds());
        var watch = Stopwatch.StartNew();
        var files = await Task.WhenAll(lanes.Select((lane, at) => Task.Run(
            async () =>
            {
                var count = 0;
                for (; watch.Elapsed < duration; count++)
                {
                    var started = Stopwatch.GetTimestamp();
                    if (upload)
                    {
                        await lane.Upload(bytes, cancellation);
                    }
                    else if (await lane.Download(paths[at], cancellation) != bytes.Length)
                    {
                        throw new InvalidOperationException("a download was cut short");
                    }

                    latencies.Add(Stopwatch.GetTimestamp() - started);
                }

                return count;
            },
            cancellation)));
        var (seconds, moved) = (watch.Elapsed.TotalSeconds, (double)files.Sum() * fileMiB);
        var perThousand = (Cpu.Seconds(target.Processes) - cpu) / moved * 1000;
        lanes.ForEach(lane => lane.Dispose());
        return new Measurement(
            target.Name, name, moved / seconds, perThousand, Cpu.OwnSeconds() - own,
            latencies.Percentile(0.5), latencies.Percentile(0.99), null, null, null, 0, 0);
    }
}
