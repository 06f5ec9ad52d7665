using Messenger.Bench.Workloads;

namespace Messenger.Bench.Report;

/// <summary>Several runs as one: medians of what was measured, sums of what went wrong.</summary>
internal static class Repeated
{
    public static IReadOnlyList<Measurement> Medians(IEnumerable<Measurement> runs) =>
        [.. runs.GroupBy(one => (one.Target, one.Workload)).Select(group => Median([.. group]))];

    private static Measurement Median(IReadOnlyList<Measurement> runs) => new(
        runs[0].Target, runs[0].Workload, Of(runs, one => one.PerSecond), Of(runs, one => one.CpuPerThousand), Of(runs, one => one.GeneratorCpu) ?? 0,
        Of(runs, one => one.AckP50), Of(runs, one => one.AckP99), Of(runs, one => one.DeliveryP50), Of(runs, one => one.DeliveryP99),
        Of(runs, one => one.KiBEach), runs.Sum(one => one.Lost), runs.Sum(one => one.Doubled))
    {
        LastP50 = Of(runs, one => one.LastP50),
        FirstMs = Of(runs, one => one.FirstMs),
        ServerCpu = Of(runs, one => one.ServerCpu),
        LogBytes = Of(runs, one => one.LogBytes),
        WarmCpu = Of(runs, one => one.WarmCpu),

        // Nothing may be answered while nothing can be stored: the worst run counts.
        AckedFrozen = runs.Max(one => one.AckedFrozen),
        DeliveredFrozen = runs.Max(one => one.DeliveredFrozen),
    };

    /// <summary>A cost of nothing done is no number, and says nothing.</summary>
    private static double? Of(IEnumerable<Measurement> runs, Func<Measurement, double?> quantity)
    {
        var values = runs.Select(quantity).OfType<double>().Where(double.IsFinite).Order().ToArray();
        return values.Length switch
        {
            0 => null,
            var count when count % 2 == 1 => values[count / 2],
            var count => (values[(count / 2) - 1] + values[count / 2]) / 2,
        };
    }
}
