using System.Diagnostics.Metrics;

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
        Meter.CreateCounter<long>("messenger.delivery.resubscribed", "{time}", "Times this gateway subscribed anew because its heartbeat stayed away.");

    public static readonly Histogram<double> Latency =
        Meter.CreateHistogram<double>("messenger.delivery.latency", "s", "From the commit of a notification's cause to the session's outbox.");
}
