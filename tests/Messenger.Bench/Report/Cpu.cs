using System.Diagnostics;
using System.Globalization;

namespace Messenger.Bench.Report;

/// <summary>CPU seconds (user + system) and memory of processes and all their children, from /proc.</summary>
internal static class Cpu
{
    private static readonly double TicksPerSecond = 100;

    /// <summary>Of these processes and everything below them, the ended children that were waited for included.</summary>
    public static double Seconds(IEnumerable<int> processes) => Tree(processes).Sum(Seconds);

    public static double OwnSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>Proportional set size in KiB: shared pages are counted once.</summary>
    public static long ProportionalKiB(IEnumerable<int> processes) => Tree(processes).Sum(ProportionalKiB);

    private static double Seconds(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

            // Its own in user and system mode, then those of its ended children: a backend of PostgreSQL that ends takes nothing away.
            return fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long ProportionalKiB(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(one => one.StartsWith("Pss:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static HashSet<int> Tree(IEnumerable<int> roots)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .ToLookup(Parent);
        HashSet<int> all = [];
        var next = new Queue<int>(roots);
        while (next.TryDequeue(out var process))
        {
            if (all.Add(process))
            {
                foreach (var child in children[process])
                {
                    next.Enqueue(child);
                }
            }
        }

        return all;
    }

    private static int Parent(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
