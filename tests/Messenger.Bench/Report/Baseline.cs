using System.Text.Json;
using Messenger.Bench.Workloads;

namespace Messenger.Bench.Report;

/// <summary>An earlier run that this one is compared with.</summary>
internal sealed class Baseline(IReadOnlyList<Measurement> earlier, double tolerance)
{
    /// <summary>Of a file that <c>--json</c> wrote.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static async Task<Baseline> Read(string file, double tolerance, CancellationToken cancellation)
    {
        try
        {
            await using var content = File.OpenRead(file);
            return new(await JsonSerializer.DeserializeAsync<List<Measurement>>(content, cancellationToken: cancellation) ?? [], tolerance);
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{file} is no file that --json wrote: {wrong.Message}", wrong);
        }
    }

    public Measurement? Of(Measurement now) => earlier.FirstOrDefault(one => one.Target == now.Target && one.Workload == now.Workload);

    /// <summary>
    /// What became worse by more than the tolerance, each as a sentence. Rate and CPU are judged, and of latencies the median of a delivery:
    /// the 99th percentile is the shared disk's.
    /// </summary>
    public IEnumerable<string> Worse(IEnumerable<Measurement> run) =>
        from now in run
        let then = Of(now)
        where then is not null
        from judged in ((Quantity What, bool MoreIsBetter)[])[(Quantity.Rate, true), (Quantity.Cpu, false), (Quantity.DeliveryP50, false)]
        let ratio = judged.What.Of(now) / judged.What.Of(then)
        where judged.MoreIsBetter ? ratio < 1 - tolerance : ratio > 1 + tolerance
        select FormattableString.Invariant($"{now.Target}, {now.Workload}: {judged.What.Name} is {ratio:0.00} of what it was");
}
