using System.Diagnostics.Metrics;
using Messenger.Grains;

namespace Messenger.Gateway.Delivery;

/// <summary>Figures of the last step, from the stream to the sessions.</summary>
internal static class DeliveryMeter
{
    /// <summary>The same meter name as the devices use.</summary>
    public static readonly Meter Meter = new("Messenger.Delivery");

    public static readonly Counter<long> Notices =
        Meter.CreateCounter<long>("messenger.delivery.notices", "{notice}", "Notifications handed to sessions.");

    public static readonly Counter<long> Gaps =
        Meter.CreateCounter<long>("messenger.delivery.gaps", "{gap}", "Gaps that were filled from a device's inbox.");

    public static readonly Counter<long> Resubscribed =
        Meter.CreateCounter<long>("messenger.delivery.resubscribed", "{subscription}", "Times this gateway subscribed anew because its heartbeat stayed away.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "messenger.delivery.duration", "s", "From the commit of a notification's cause to the write to its socket.", tags: null, Buckets.Seconds);

    /// <summary>Whether anybody wants to know when a notification was written.</summary>
    public static bool TimesWrites => Duration.Enabled;

    /// <summary>See GatewayMeter.Begin.</summary>
    public static void Begin(Func<bool> hears)
    {
        Meter.CreateObservableGauge("messenger.delivery.hears", () => hears() ? 1 : 0, "1", "Whether this gateway hears its stream: 1, or 0 when notifications come late.");
        Notices.Add(0);
        Gaps.Add(0);
        Resubscribed.Add(0);
    }

    /// <param name="committed">Milliseconds since the Unix epoch by the clock of another machine, which may be ahead of ours.</param>
    public static void Written(long committed, long now) => Duration.Record(Math.Max(0, now - committed) / 1000.0);
}
