using Messenger.Simulation.Time;

namespace Messenger.Simulation;

/// <summary>One run, from its seed to its verdict.</summary>
internal static class Simulation
{
    /// <summary>How long people write and faults come.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Until all is told: a name that membership has never heard of is taken over after a minute, the sweep that finds it comes every half.
    /// </summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(150);

    public static Outcome Run(int seed, Plants? plants = null, IReadOnlyList<Fault>? faults = null, IReadOnlyList<FaultKind>? kinds = null, bool notes = false)
    {
        var cluster = new Simulated(seed, plants ?? Plants.None);
        var scheduler = cluster.Scheduler;
        scheduler.Notes = notes;
        faults ??= Fault.Of(scheduler.Draw(1), Duration, kinds);

        // A test's runner has a context of its own, which would take the continuations elsewhere.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            cluster.Begin(scheduler.Draw(2));
            cluster.Plan(faults);
            scheduler.Run(Duration.Ticks);
            if (scheduler.Violation is null)
            {
                cluster.CalmDown();
                scheduler.Run((Duration + Rest).Ticks);
            }

            if (scheduler.Violation is null)
            {
                cluster.Judge.Finish();
            }
        }
        catch (Exception e)
        {
            scheduler.Fail("CRASH", e.ToString());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return new Outcome(seed, faults, scheduler.Violation, scheduler.Trace, scheduler.Events, cluster.Tally, [.. scheduler.Diary]);
    }

    /// <summary>Leaves faults out while the same rule still breaks.</summary>
    public static Outcome Shrink(Outcome failed, Plants? plants = null)
    {
        var best = failed;
        for (var at = 0; at < best.Faults.Count;)
        {
            var fewer = best.Faults.Where((_, index) => index != at).ToList();
            var again = Run(failed.Seed, plants, fewer);
            if (again.Violation?.Rule == failed.Violation!.Rule)
            {
                best = again;
            }
            else
            {
                at++;
            }
        }

        return best;
    }
}

/// <summary>What a run came to.</summary>
/// <param name="Trace">Of every step: equal for equal runs.</param>
internal sealed record Outcome(
    int Seed, IReadOnlyList<Fault> Faults, Violation? Violation, ulong Trace, long Events, Tally Tally, IReadOnlyList<string> Diary)
{
    public override string ToString() =>
        $"seed {Seed}: {(Violation is null ? "all promises hold" : Violation)}\n" + string.Join('\n', Faults.Select(fault => $"  fault at {fault}"));
}
