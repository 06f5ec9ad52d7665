namespace Messenger.Grains.Users;

/// <summary>Limits of what one user may do.</summary>
public sealed class UserOptions
{
    /// <summary>False only in Development: no rate is limited.</summary>
    public bool LimitsEnabled { get; set; } = true;

    /// <summary>RequestGetRegisteredUsers per minute: a phone asks once per start and once per changed address book.</summary>
    public int DiscoveryCallsPerMinute { get; set; } = 20;

    /// <summary>
    /// New ids that one user may look up in a day, by RequestGetRegisteredUsers and RequestGetUserInfo[Multi]: a full address book, and as
    /// many met in groups. It is what makes walking all phone numbers slow.
    /// </summary>
    public int DiscoveryIdsPerDay { get; set; } = 20_000;

    /// <summary>
    /// How long an application that came by a code alone is cooling, where the account has others: <c>Registration:CoolingHours</c>. Zero: it is not.
    /// </summary>
    public TimeSpan Cooling { get; set; }

    /// <summary>After so long without any connection a number may have another owner: <c>Registration:InactiveDays</c>. Zero: never.</summary>
    public TimeSpan Inactive { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How long a registration lock holds after the owner was there last: <c>Registration:LockDays</c>.</summary>
    public TimeSpan LockLife { get; set; } = TimeSpan.FromDays(7);
}
