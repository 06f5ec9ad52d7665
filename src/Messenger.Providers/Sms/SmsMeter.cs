using System.Diagnostics.Metrics;

namespace Messenger.Providers.Sms;

/// <summary>What becomes of SMS.</summary>
internal static class SmsMeter
{
    private static readonly Meter Meter = new("Messenger.Sms");

    /// <summary>Tags: provider; outcome: taken, refused, failed, capped, uncounted.</summary>
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "messenger.sms.duration", "s", "From being asked to the provider's answer, retries included.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    public static void Ended(string provider, string outcome, TimeSpan took) =>
        Duration.Record(took.TotalSeconds, new("messenger.sms.provider", provider), new("messenger.outcome", outcome));
}
