using System.Diagnostics.Metrics;

namespace Messenger.Grains.Devices;

/// <summary>Figures of the devices on this silo.</summary>
internal static class DeviceMeter
{
    /// <summary>The meter of devices and delivery.</summary>
    public const string Name = "Messenger.Delivery";

    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Resyncs =
        Meter.CreateCounter<long>("messenger.inbox.resyncs", "{connection}", "Connections whose cursor could not be continued.");

    public static readonly Counter<long> Epochs =
        Meter.CreateCounter<long>("messenger.inbox.doubts", "{inbox}", "Inboxes that started a new epoch because something may have been missed.");
}
