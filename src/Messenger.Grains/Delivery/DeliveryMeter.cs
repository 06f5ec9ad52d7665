using System.Diagnostics.Metrics;
using Messenger.Grains.Devices;
using Messenger.Ports.Telemetry;

namespace Messenger.Grains.Delivery;

/// <summary>Figures of the way to the gateways.</summary>
internal static class DeliveryMeter
{
    public static readonly Counter<long> Published = Signals.Published.Counter(DeviceMeter.Meter);

    public static readonly Counter<long> Dropped = Signals.Dropped.Counter(DeviceMeter.Meter);

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        Published.Add(0);
        Dropped.Add(0);
    }
}
