using Messenger.Contracts;

namespace Messenger.Grains.Budgets;

/// <summary>What one user may cause, in the whole cluster.</summary>
public sealed class BudgetOptions
{
    /// <summary>False only in Development.</summary>
    public bool LimitsEnabled { get; set; } = true;

    /// <summary>Refilled so fast; ten times as much is there at once.</summary>
    public int NotificationsPerMinute { get; set; } = 10_000;

    /// <summary>There at once, and refilled over a day.</summary>
    public long StoredBytesPerDay { get; set; } = 256L * 1024 * 1024;

    /// <summary>There at once, and refilled over a day.</summary>
    public int PeopleAddedPerDay { get; set; } = 2000;

    /// <summary>Conversations that others made for somebody who never touched them, past which a maker of several is refused.</summary>
    public int UntouchedConversations { get; set; } = 200;

    /// <summary>What is there at once.</summary>
    internal WriteCost Capacity => new(10.0 * NotificationsPerMinute, StoredBytesPerDay, PeopleAddedPerDay);

    /// <summary>What comes back in a second.</summary>
    internal WriteCost PerSecond => new(NotificationsPerMinute / 60.0, StoredBytesPerDay / 86_400.0, PeopleAddedPerDay / 86_400.0);
}
