using System.Globalization;
using System.Text.Json;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Bench.Workloads;

namespace Messenger.Bench.Sweeps;

/// <summary>One point of a sweep.</summary>
/// <param name="X">What was varied: connections, members, or messages of the conversation.</param>
/// <param name="P50">Milliseconds of a delivery, or of an answer; null where there was none.</param>
internal sealed record SweepRow(string Sweep, string Target, int X, double? PerSecond, double? CpuPerThousand, double? P50);

/// <summary>The same load from small to large: whether a rate or a cost bends, and where.</summary>
internal static class Sweep
{
    private static readonly Dictionary<string, int[]> Steps = new()
    {
        ["connections"] = [20, 100, 400, 1000, 2000],
        ["group"] = [10, 50, 200, 500, 1000],
        ["history"] = [1000, 10_000, 100_000, 1_000_000],
    };

    public static IEnumerable<string> Names => Steps.Keys;

    /// <summary>Prints the rows as CSV, and as JSON and pictures where they were asked for. 0 when nothing was lost or doubled.</summary>
    public static async Task<int> Run(string name, string[] targets, Scale scale, string? json, string? pictures, CancellationToken cancellation)
    {
        var rows = new List<SweepRow>();
        var wrong = 0L;
        var each = (scale.Duration + scale.WarmUp).TotalSeconds;
        using (var progress = new Progress(each * targets.Length * Steps[name].Length))
        {
            foreach (var targetName in targets)
            {
                await using var servers = new Setup();
                var target = await servers.Start(targetName, cancellation);
                foreach (var x in Steps[name])
                {
                    progress.Begin(targetName, $"{name} {x}", each);
                    if (Point(name, target, x, scale, cancellation) is { } running)
                    {
                        var one = await running;
                        wrong += one.Lost + one.Doubled;
                        rows.Add(new SweepRow(name, targetName, x, one.PerSecond, one.CpuPerThousand, one.DeliveryP50 ?? one.AckP50));
                    }
                }
            }
        }

        Console.WriteLine($"target,{name},per_second,cpu_s_per_1000,p50_ms");
        rows.ForEach(row => Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{row.Target},{row.X},{row.PerSecond:0.#},{row.CpuPerThousand:0.0000},{row.P50:0.00}")));
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(rows), cancellation);
        }

        if (pictures is not null)
        {
            Pictures.Draw(rows, pictures);
        }

        return wrong == 0 ? 0 : 1;
    }

    private static Task<Measurement>? Point(string name, ITarget target, int x, Scale scale, CancellationToken cancellation) => name switch
    {
        "connections" => new ConversationWorkload(target, name) { WarmUp = scale.WarmUp }.Run([new(x / 2, 2, 2)], 1, 0, scale.Duration, cancellation),
        "group" => new ConversationWorkload(target, name) { WarmUp = scale.WarmUp }.Run([new(1, x, 4)], 2, 0, scale.Duration, cancellation),
        _ => target is MessengerTarget messenger ? Asking.History(messenger, x, scale, cancellation) : null,
    };
}
