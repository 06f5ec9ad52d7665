using System.Globalization;
using Messenger.Bench.Workloads;
using Spectre.Console;

namespace Messenger.Bench.Report;

/// <summary>Measurements for a reader: a row per target, workloads in groups, each with its ratio to the yardstick.</summary>
internal static class Table
{
    public static void Print(IReadOnlyList<Measurement> measurements, string yardstick)
    {
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var column in (string[])
            ["workload", "target", "per s", "ratio", "CPU-s/1000", "ratio", "ack p50", "ack p99", "deliv. p50", "deliv. p99", "last p50", "first", "KiB each", "lost", "doubled"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var group in measurements.GroupBy(one => one.Workload))
        {
            var ceiling = group.FirstOrDefault(one => one.Target == yardstick);
            foreach (var one in group)
            {
                table.AddRow(
                    one.Workload, one.Target, Text(one.PerSecond, "N0"), Ratio(one.PerSecond, ceiling?.PerSecond), Text(one.CpuPerThousand, "0.000"),
                    Ratio(one.CpuPerThousand, ceiling?.CpuPerThousand), Text(one.AckP50, "0.00"), Text(one.AckP99, "0.00"), Text(one.DeliveryP50, "0.00"),
                    Text(one.DeliveryP99, "0.00"), Text(one.LastP50, "0.0"), Text(one.FirstMs, "0.0"), Text(one.KiBEach, "0.0"), Text(one.Lost, "0"), Text(one.Doubled, "0"));
            }

            table.AddEmptyRow();
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 180;
        }

        AnsiConsole.Write(table);
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? value, double? of) => value is { } v && of is { } o && o > 0 ? Text(v / o, "0.00") : "";
}
