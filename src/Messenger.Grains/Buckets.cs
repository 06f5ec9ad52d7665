using System.Diagnostics.Metrics;

namespace Messenger.Grains;

/// <summary>The bounds of histograms, few enough for every label of theirs.</summary>
public static class Buckets
{
    /// <summary>From a grain call to past the time-out of a request. 1 s is the objective of delivery, so it must be a bound.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>Of what may wait for minutes or hours: pushes.</summary>
    public static InstrumentAdvice<double> LongSeconds { get; } = new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200] };

    /// <summary>Of batches.</summary>
    public static InstrumentAdvice<int> Counts { get; } = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };
}
