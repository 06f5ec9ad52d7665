namespace Messenger.Grains.Users;

/// <summary>Limits of what one user may do.</summary>
public sealed class UserOptions
{
    /// <summary>False only in Development: no rate is limited.</summary>
    public bool LimitsEnabled { get; set; } = true;

    /// <summary>RequestGetRegisteredUsers per minute: a phone asks once per start and once per changed address book.</summary>
    public int DiscoveryCallsPerMinute { get; set; } = 20;

    /// <summary>Ids that RequestGetRegisteredUsers looks up per day: two full address books. It is what makes walking all phone numbers slow.</summary>
    public int DiscoveryIdsPerDay { get; set; } = 20_000;
}
