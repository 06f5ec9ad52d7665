using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Parameters that the server itself reads: what they say, pure.</summary>
internal static class ReservedParams
{
    public static IReadOnlyList<string> All { get; } = [PrivacyParams.LastSeen, PrivacyParams.Discoverable, PrivacyParams.EarlierDiscoverable];

    /// <summary>The first edition's name counts where the newer one was never set; of it any value but <c>false</c> takes part.</summary>
    /// <param name="value">The value of a parameter; null where there is none.</param>
    public static bool Discoverable(Func<string, string?> value) =>
        !string.Equals(value(PrivacyParams.Discoverable) ?? value(PrivacyParams.EarlierDiscoverable), PrivacyParams.No, StringComparison.OrdinalIgnoreCase);

    /// <param name="value">The value of a parameter; null where there is none.</param>
    public static LastSeen LastSeen(Func<string, string?> value) => value(PrivacyParams.LastSeen) switch
    {
        PrivacyParams.Contacts => Ports.LastSeen.Contacts,
        PrivacyParams.Nobody => Ports.LastSeen.Nobody,
        _ => Ports.LastSeen.Everyone,
    };
}
