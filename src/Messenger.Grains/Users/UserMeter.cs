using System.Diagnostics.Metrics;

namespace Messenger.Grains.Users;

/// <summary>Figures of the users on this silo.</summary>
internal static class UserMeter
{
    private static readonly Meter Meter = new("Messenger.Users");

    /// <summary>New ids looked up. A rate far above what registrations explain is a sweep by many accounts.</summary>
    public static readonly Counter<long> Discovered =
        Meter.CreateCounter<long>("messenger.discovery.ids", "{id}", "New user ids looked up.");

    /// <summary>Alert on any steady rate: one refusal is a large address book, many are a sweep.</summary>
    public static readonly Counter<long> DiscoveryRefused =
        Meter.CreateCounter<long>("messenger.discovery.refused", "{request}", "Look-ups refused because the user's budget is spent.");

    public static readonly Counter<long> GuessingRefused =
        Meter.CreateCounter<long>("messenger.codes.guessing_refused", "{request}", "Codes not looked at because the phone had too many wrong ones today.");

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        Discovered.Add(0);
        DiscoveryRefused.Add(0);
        GuessingRefused.Add(0);
    }
}
