using System.Diagnostics;

namespace Messenger.Simulation;

/// <summary>Many seeds, on as many threads as there are processors for: a run is one thread's.</summary>
internal static class Campaign
{
    public static Report Run(int from, int count, TimeSpan until, Action<string> tell, int threads = 2, Plants? plants = null, IReadOnlyList<FaultKind>? kinds = null)
    {
        var report = new Report();
        var watch = Stopwatch.StartNew();
        var next = from - 1;
        void Work()
        {
            while (watch.Elapsed < until)
            {
                var seed = Interlocked.Increment(ref next);
                if (seed - from >= count)
                {
                    return;
                }

                var began = watch.Elapsed;
                var outcome = Simulation.Run(seed, plants, kinds: kinds);
                if (watch.Elapsed - began > TimeSpan.FromSeconds(10))
                {
                    tell($"seed {seed} took {(watch.Elapsed - began).TotalSeconds:0} s, {outcome.Events} events");
                }

                var shrunk = outcome.Violation is null ? outcome : Simulation.Shrink(outcome, plants);
                lock (report)
                {
                    report.Add(outcome);
                    if (shrunk.Violation is not null)
                    {
                        report.Failed.Add(shrunk);
                        tell(shrunk.ToString());
                    }
                }
            }
        }

        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(Work, 16 * 1024 * 1024)).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return report;
    }
}

/// <summary>What a campaign came to.</summary>
internal sealed class Report
{
    public List<Outcome> Failed { get; } = [];

    public int Seeds { get; private set; }

    public long Events { get; private set; }

    public long Delivered { get; private set; }

    public long Answered { get; private set; }

    public long Unavailable { get; private set; }

    public long Continued { get; private set; }

    public long Resynced { get; private set; }

    public long Closed1012 { get; private set; }

    public void Add(Outcome outcome)
    {
        Seeds++;
        Events += outcome.Events;
        Delivered += outcome.Tally.Delivered;
        Answered += outcome.Tally.Answered;
        Unavailable += outcome.Tally.Unavailable;
        Continued += outcome.Tally.Continued;
        Resynced += outcome.Tally.Resynced;
        Closed1012 += outcome.Tally.Closed1012;
    }
}
