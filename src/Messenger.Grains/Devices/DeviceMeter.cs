using System.Diagnostics.Metrics;
using Messenger.Ports.Telemetry;

namespace Messenger.Grains.Devices;

/// <summary>Figures of the devices on this silo.</summary>
internal static class DeviceMeter
{
    /// <summary>The meter of devices and delivery.</summary>
    public const string Name = "Messenger.Delivery";

    public static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Resumes = Signals.Resumes.Counter(Meter);

    public static readonly Counter<long> Epochs = Signals.Doubts.Counter(Meter);

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
