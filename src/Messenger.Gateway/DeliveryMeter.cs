using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Gateway;

/// <summary>Figures of the last step, from the stream to the sessions.</summary>
internal static class DeliveryMeter
{
    /// <summary>The same meter name as the devices use.</summary>
    public static readonly Meter Meter = new("Messenger.Delivery");

    public static readonly Counter<long> Notifications = Signals.Notifications.Counter(Meter);

    public static readonly Counter<long> Gaps = Signals.Gaps.Counter(Meter);

    public static readonly Counter<long> Resubscribed = Signals.Resubscribed.Counter(Meter);

    private static readonly Histogram<double> Duration = Signals.Delivery.Histogram(Meter);

    /// <summary>Whether anybody wants to know when a notification was written.</summary>
    public static bool TimesWrites => Duration.Enabled;

    /// <summary>See GatewayMeter.Begin.</summary>
    public static void Begin(Func<bool> hears)
    {
        Signals.Hears.Gauge(Meter, () => hears() ? 1 : 0);
        Notifications.Add(0);
        Gaps.Add(0);
        Resubscribed.Add(0);
    }

    /// <param name="committed">Milliseconds since the Unix epoch by the clock of another machine, which may be ahead of ours.</param>
    public static void Written(long committed, long now) => Duration.Record(Math.Max(0, now - committed) / 1000.0);
}
