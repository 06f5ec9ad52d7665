using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Providers.Sms;

/// <summary>What becomes of SMS.</summary>
internal static class SmsMeter
{
    private static readonly Meter Meter = new("Messenger.Sms");

    private static readonly Histogram<double> Duration = Signals.Sms.Histogram(Meter);

    public static void Ended(string provider, string outcome, TimeSpan took) =>
        Duration.Record(took.TotalSeconds, Labels.SmsProvider.Is(provider), Labels.SmsOutcome.Is(outcome));
}
