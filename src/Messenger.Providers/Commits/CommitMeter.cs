using System.Diagnostics.Metrics;

namespace Messenger.Providers.Commits;

/// <summary>What the log tells of its commits, under the meter <c>Messenger.Providers</c>.</summary>
internal sealed class CommitMeter : IDisposable
{
    public const string Name = "Messenger.Providers";

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    };

    private readonly Meter meter = new(Name);
    private readonly Histogram<int> entries;
    private readonly Histogram<double> duration;
    private long failures;
    private long transactions;

    /// <param name="waiting">Entries that wait for a transaction.</param>
    /// <param name="available">Whether the last attempt reached the store.</param>
    public CommitMeter(Func<int> waiting, Func<bool> available)
    {
        entries = meter.CreateHistogram("messenger.log.commit.size", "{entry}", "Entries of a transaction of the message log.", tags: null, Sizes);
        duration = meter.CreateHistogram("messenger.log.commit.duration", "s", "How long a transaction of the message log took.", tags: null, Seconds);
        meter.CreateObservableCounter(
            "messenger.log.failures", () => Interlocked.Read(ref failures), "{transaction}", "Transactions of the message log with an unknown outcome.");
        meter.CreateObservableGauge("messenger.log.waiting", waiting, "{entry}", "Entries that wait for a transaction.");
        meter.CreateObservableGauge("messenger.log.available", () => available() ? 1 : 0, "1", "Whether the message log can be written: 1 or 0.");
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
