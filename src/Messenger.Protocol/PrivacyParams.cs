namespace Messenger.Protocol;

/// <summary>
/// Parameters that the server reads, PRO-8 of <c>docs/protocol.md</c>. Names that begin with <see cref="Prefix"/> are its own: another one, or another
/// value than these, is <c>bad_request</c>.
/// </summary>
public static class PrivacyParams
{
    /// <summary>What the names of reserved parameters begin with.</summary>
    public const string Prefix = "privacy.";

    /// <summary>To whom <c>lastLogin</c> and <c>keysUpdated</c> are shown: <see cref="Everyone"/>, <see cref="Contacts"/> or <see cref="Nobody"/>.</summary>
    public const string LastSeen = "privacy.lastSeen";

    /// <summary>Whether who has the number finds the account: <see cref="Yes"/> or <see cref="No"/>.</summary>
    public const string Discoverable = "privacy.discoverable";

    /// <summary>The first edition's name of <see cref="Discoverable"/>, which counts where that was never set.</summary>
    public const string EarlierDiscoverable = "discoverable";

    /// <summary>To one's contacts and to people of conversations that one accepted; so it is where nothing is set.</summary>
    public const string Everyone = "everyone";

    /// <summary>To one's contacts.</summary>
    public const string Contacts = "contacts";

    /// <summary>To nobody, and one sees nobody's.</summary>
    public const string Nobody = "nobody";

    /// <summary>It is so.</summary>
    public const string Yes = "true";

    /// <summary>It is not so.</summary>
    public const string No = "false";

    /// <summary>Why a parameter cannot be set; null when it can.</summary>
    public static string? Fault(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !name.StartsWith(Prefix, StringComparison.Ordinal) ? null : name switch
        {
            LastSeen => value is Everyone or Contacts or Nobody ? null : $"{LastSeen} is {Everyone}, {Contacts} or {Nobody}",
            Discoverable => value is Yes or No ? null : $"{Discoverable} is {Yes} or {No}",
            _ => $"names that begin with {Prefix} are the server's: {LastSeen} and {Discoverable}",
        };
    }
}
