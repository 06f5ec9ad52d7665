using System.Globalization;
using Messenger.Bench.Workloads;
using Spectre.Console;

namespace Messenger.Bench.Report;

/// <summary>Measurements for a reader: a row per target, workloads in groups, each with its ratio to the yardstick and what became of its goals.</summary>
internal static class Table
{
    /// <summary>Of a page or a pipe, which have no width of their own.</summary>
    private const int RedirectedWidth = 260;

    public static void Print(IReadOnlyList<Measurement> measurements, string yardstick, Baseline? baseline)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        var table = Of(
            ["workload", "target", "per s", "ratio", "CPU-s/1000", "ratio", "CPU-s", "generator", "ack p50", "ack p99", "deliv. p50", "deliv. p99",
                "last p50", "first", "KiB each", "lost", "doubled", .. baseline is null ? (string[])[] : ["rate/base", "CPU/base"], "goals"]);
        foreach (var group in measurements.GroupBy(one => one.Workload))
        {
            var ceiling = group.FirstOrDefault(one => one.Target == yardstick);
            foreach (var one in group)
            {
                var then = baseline?.Of(one);
                table.AddRow(
                [
                    one.Workload, one.Target, Text(one.PerSecond, "N0"), Ratio(one.PerSecond, ceiling?.PerSecond), Text(one.CpuPerThousand, "0.000"),
                    Ratio(one.CpuPerThousand, ceiling?.CpuPerThousand), Text(one.ServerCpu, "0.0"), Text(one.GeneratorCpu, "0.0"), Text(one.AckP50, "0.00"),
                    Text(one.AckP99, "0.00"), Text(one.DeliveryP50, "0.00"), Text(one.DeliveryP99, "0.00"), Text(one.LastP50, "0.0"),
                    Text(one.FirstMs, "0.0"), Text(one.KiBEach, "0.0"), Text(one.Lost, "0"), Text(one.Doubled, "0"),
                    .. baseline is null ? (string[])[] : [Ratio(one.PerSecond, then?.PerSecond), Ratio(one.CpuPerThousand, then?.CpuPerThousand)],
                    Reached(one, measurements),
                ]);
            }

            table.AddEmptyRow();
        }

        AnsiConsole.Write(table);
        PrintGoals(measurements);
    }

    /// <summary>Only those that this run can tell.</summary>
    private static void PrintGoals(IReadOnlyList<Measurement> measurements)
    {
        var table = Of(["workload", "quantity", "target", "against", "goal", "measured", ""]);
        foreach (var goal in Goals.All)
        {
            if (goal.Value(measurements) is { } value)
            {
                table.AddRow(
                    goal.Workload, goal.What.Name, goal.Target, goal.Against ?? "", goal.BoundText, Text(value, "0.00"), goal.IsReached(value) ? "reached" : "missed");
            }
        }

        if (table.Rows.Count > 0)
        {
            AnsiConsole.Write(table);
        }
    }

    private static Spectre.Console.Table Of(IEnumerable<string> columns)
    {
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        return table;
    }

    private static string Reached(Measurement one, IReadOnlyList<Measurement> all)
    {
        var told = Goals.All.Where(goal => goal.Target == one.Target && goal.Workload == one.Workload)
            .Select(goal => goal.Value(all) is { } value ? goal.IsReached(value) : (bool?)null)
            .OfType<bool>()
            .ToList();
        return told.Count == 0 ? "" : told.TrueForAll(reached => reached) ? "reached" : $"{told.Count(reached => !reached)} of {told.Count} missed";
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? value, double? of) => value is { } v && of is { } o && o > 0 ? Text(v / o, "0.00") : "";
}
