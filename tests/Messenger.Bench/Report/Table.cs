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

        // What this run did not measure takes no room.
        var columns = Columns(measurements, yardstick, baseline)
            .Select(column => (column.Heading, Cells: measurements.Select(column.Cell).ToList()))
            .Where(column => column.Cells.Exists(cell => cell.Length > 0))
            .ToList();
        var table = Of(columns.Select(column => column.Heading));
        for (var row = 0; row < measurements.Count; row++)
        {
            if (row > 0 && measurements[row].Workload != measurements[row - 1].Workload)
            {
                table.AddEmptyRow();
            }

            table.AddRow([.. columns.Select(column => column.Cells[row])]);
        }

        AnsiConsole.Write(table);
        PrintGoals(measurements);
    }

    /// <summary>Latencies are milliseconds. A ratio is to the yardstick's measurement of the same load.</summary>
    private static IEnumerable<Column> Columns(IReadOnlyList<Measurement> all, string yardstick, Baseline? baseline)
    {
        yield return new("workload", one => one.Workload);
        yield return new("target", one => one.Target);
        yield return new("per s", one => Text(one.PerSecond, "N0"));
        yield return new("ratio", one => Ratio(one.PerSecond, Ceiling(one)?.PerSecond));
        yield return new("CPU-s/1000", one => Text(one.CpuPerThousand, "0.000"));
        yield return new("ratio", one => Ratio(one.CpuPerThousand, Ceiling(one)?.CpuPerThousand));
        yield return new("CPU-s", one => Text(one.ServerCpu, "0.0"));
        yield return new("generator", one => Text(one.GeneratorCpu, "0.0"));
        yield return new("ack p50", one => Text(one.AckP50, "0.00"));
        yield return new("ack p99", one => Text(one.AckP99, "0.00"));
        yield return new("deliv. p50", one => Text(one.DeliveryP50, "0.00"));
        yield return new("deliv. p99", one => Text(one.DeliveryP99, "0.00"));
        yield return new("last p50", one => Text(one.LastP50, "0.0"));
        yield return new("first", one => Text(one.FirstMs, "0.0"));
        yield return new("KiB each", one => Text(one.KiBEach, "0.0"));
        yield return new("log bytes", one => Text(one.LogBytes, "N0"));
        yield return new("warm CPU-s/1000", one => Text(one.WarmCpu, "0.000"));
        yield return new("lost", one => Text(one.Lost, "0"));
        yield return new("doubled", one => Text(one.Doubled, "0"));
        yield return new("rate/base", one => Ratio(one.PerSecond, baseline?.Of(one)?.PerSecond));
        yield return new("CPU/base", one => Ratio(one.CpuPerThousand, baseline?.Of(one)?.CpuPerThousand));
        yield return new("goals", one => Reached(one, all));

        Measurement? Ceiling(Measurement one) => all.FirstOrDefault(other => other.Target == yardstick && other.Workload == one.Workload);
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

    private sealed record Column(string Heading, Func<Measurement, string> Cell);
}
