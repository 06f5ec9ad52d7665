using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Providers.Commits;

/// <summary>What the log tells of its commits, under the meter <c>Messenger.Providers</c>.</summary>
internal sealed class CommitMeter : IDisposable
{
    public const string Name = "Messenger.Providers";

    private readonly Meter meter = new(Name);
    private readonly Histogram<int> entries;
    private readonly Histogram<double> duration;
    private long failures;
    private long transactions;

    /// <param name="waiting">Entries that wait for a transaction.</param>
    /// <param name="available">Whether the last attempt reached the store.</param>
    public CommitMeter(Func<int> waiting, Func<bool> available)
    {
        entries = Signals.CommitSize.Sizes(meter);
        duration = Signals.CommitDuration.Histogram(meter);
        Signals.CommitFailures.Sum(meter, () => Interlocked.Read(ref failures));
        Signals.LogWaiting.Gauge(meter, () => waiting());
        Signals.LogAvailable.Gauge(meter, () => available() ? 1 : 0);
    }

    /// <summary>Transactions that were committed since the start.</summary>
    public long Transactions => Interlocked.Read(ref transactions);

    public void Committed(int count, TimeSpan took)
    {
        Interlocked.Increment(ref transactions);
        entries.Record(count);
        duration.Record(took.TotalSeconds);
    }

    public void Failed() => Interlocked.Increment(ref failures);

    public void Dispose() => meter.Dispose();
}
