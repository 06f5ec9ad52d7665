using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Grains.Delivery;

/// <summary>Figures of the way to the gateways.</summary>
internal static class DeliveryMeter
{
    /// <summary>The meter of devices and delivery.</summary>
    public const string Name = "Messenger.Delivery";

    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Published = Signals.Published.Counter(Meter);

    public static readonly Counter<long> Dropped = Signals.Dropped.Counter(Meter);

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        Published.Add(0);
        Dropped.Add(0);
    }
}
