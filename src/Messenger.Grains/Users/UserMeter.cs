using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Grains.Users;

/// <summary>Figures of the users on this silo.</summary>
internal static class UserMeter
{
    private static readonly Meter Meter = new("Messenger.Users");

    public static readonly Counter<long> Discovered = Signals.Discovered.Counter(Meter);

    public static readonly Counter<long> DiscoveryRefused = Signals.DiscoveryRefused.Counter(Meter);

    public static readonly Counter<long> GuessingRefused = Signals.GuessingRefused.Counter(Meter);

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        Discovered.Add(0);
        DiscoveryRefused.Add(0);
        GuessingRefused.Add(0);
    }
}
