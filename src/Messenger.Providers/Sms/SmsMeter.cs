using System.Diagnostics.Metrics;

namespace Messenger.Providers.Sms;

/// <summary>What becomes of SMS.</summary>
internal static class SmsMeter
{
    private static readonly Meter Meter = new("Messenger.Sms");

    /// <summary>Tags: provider; outcome: taken, refused, failed, capped, uncounted.</summary>
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "messenger.sms.duration", "s", "From being asked to the provider's answer, retries included.");

    public static void Ended(string provider, string outcome, TimeSpan took) =>
        Duration.Record(took.TotalSeconds, new("messenger.sms.provider", provider), new("messenger.outcome", outcome));
}
