using System.Diagnostics.Metrics;
using Messenger.Grains.Devices;

namespace Messenger.Grains.Delivery;

/// <summary>Figures of the way to the gateways.</summary>
internal static class DeliveryMeter
{
    public static readonly Counter<long> Published =
        DeviceMeter.Meter.CreateCounter<long>("messenger.stream.published", "{event}", "Events handed to a gateway's stream.");

    public static readonly Counter<long> Dropped =
        DeviceMeter.Meter.CreateCounter<long>("messenger.stream.dropped", "{event}", "Events dropped on the way: their sessions fetch them.");

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        Published.Add(0);
        Dropped.Add(0);
    }
}
