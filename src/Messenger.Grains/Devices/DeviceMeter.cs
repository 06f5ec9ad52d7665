using System.Diagnostics.Metrics;
using Messenger.Grains.Delivery;
using Messenger.Telemetry;

namespace Messenger.Grains.Devices;

/// <summary>Figures of the devices on this silo.</summary>
internal static class DeviceMeter
{
    private static readonly Counter<long> Resumes = Signals.Resumes.Counter(DeliveryMeter.Meter);

    public static readonly Counter<long> Epochs = Signals.Doubts.Counter(DeliveryMeter.Meter);

    /// <summary>See GatewayMeter.Begin.</summary>
    public static void Begin()
    {
        Epochs.Add(0);
        Resumed(true, 0);
        Resumed(false, 0);
    }

    public static void Resumed(bool continued) => Resumed(continued, 1);

    private static void Resumed(bool continued, int count) =>
        Resumes.Add(count, Labels.Resume.Is(continued ? "continued" : "resync"));
}
