using System.Diagnostics.Metrics;

namespace Messenger.Providers.Commits;

/// <summary>What the log tells of its commits, under the meter <c>Messenger.Providers</c>.</summary>
internal sealed class CommitMeter : IDisposable
{
    public const string Name = "Messenger.Providers";

    private readonly Meter meter = new(Name);
    private readonly Histogram<int> entries;
    private readonly Histogram<double> duration;
    private readonly Counter<long> failures;
    private long transactions;

    public CommitMeter()
    {
        entries = meter.CreateHistogram<int>("messenger.log.batch", "{entry}", "Entries of a transaction of the message log");
        duration = meter.CreateHistogram<double>("messenger.log.commit", "s", "How long a transaction of the message log took");
        failures = meter.CreateCounter<long>("messenger.log.failures", "{transaction}", "Transactions of the message log with an unknown outcome");
    }

    /// <summary>Transactions that were committed since the start.</summary>
    public long Transactions => Interlocked.Read(ref transactions);

    public void Committed(int count, TimeSpan took)
    {
        Interlocked.Increment(ref transactions);
        entries.Record(count);
        duration.Record(took.TotalSeconds);
    }

    public void Failed() => failures.Add(1);

    public void Dispose() => meter.Dispose();
}
