using System.Diagnostics.Metrics;

namespace Messenger.Grains.Devices;

/// <summary>Figures of the devices on this silo.</summary>
internal static class DeviceMeter
{
    /// <summary>The meter of devices and delivery.</summary>
    public const string Name = "Messenger.Delivery";

    public static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Resumes =
        Meter.CreateCounter<long>("messenger.inbox.resumes", "{connection}", "Connections that came with a cursor: continued, or told to resynchronise.");

    public static readonly Counter<long> Epochs =
        Meter.CreateCounter<long>("messenger.inbox.doubts", "{inbox}", "Inboxes that started a new epoch because something may have been missed.");

    /// <summary>See GatewayMeter.Begin.</summary>
    public static void Begin()
    {
        Epochs.Add(0);
        Resumed(true, 0);
        Resumed(false, 0);
    }

    public static void Resumed(bool continued) => Resumed(continued, 1);

    private static void Resumed(bool continued, int count) =>
        Resumes.Add(count, new KeyValuePair<string, object?>("messenger.outcome", continued ? "continued" : "resync"));
}
