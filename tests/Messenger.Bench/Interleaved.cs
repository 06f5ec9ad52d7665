using Messenger.Bench.Report;
using Messenger.Bench.Workloads;

namespace Messenger.Bench;

/// <summary>
/// All targets of a load stand warm beside each other, and are measured in turns: A B A B. What disturbs the machine for a while disturbs each of them, so that
/// ratios of CPU seconds can be trusted where rates cannot.
/// </summary>
internal static class Interleaved
{
    /// <returns>The medians of the slices.</returns>
    public static async Task<IReadOnlyList<Measurement>> Measure(
        IReadOnlyList<string> targets, IEnumerable<string> workloads, int slices, Scale scale, CancellationToken cancellation)
    {
        var measured = new List<Measurement>();
        foreach (var workload in Catalogue.All.Where(one => workloads.Contains(one.Name) && one.Sliced is not null))
        {
            var setups = targets.Select(_ => new Setup()).ToList();
            try
            {
                var loads = new List<Slices>();
                foreach (var (name, setup) in targets.Zip(setups))
                {
                    loads.Add(workload.Sliced!(await setup.Start(name, cancellation), scale));
                    await loads[^1].Prepare(cancellation);
                }

                for (var slice = 0; slice < slices; slice++)
                {
                    foreach (var load in loads)
                    {
                        measured.Add(await load.Measure(cancellation));
                    }
                }

                foreach (var load in loads)
                {
                    await load.Load.Leave();
                }
            }
            finally
            {
                foreach (var setup in setups)
                {
                    await setup.DisposeAsync();
                }
            }
        }

        return Repeated.Medians(measured);
    }
}
