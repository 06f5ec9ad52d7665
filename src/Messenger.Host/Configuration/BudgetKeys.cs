using Messenger.Grains.Budgets;

namespace Messenger.Host.Configuration;

/// <summary>The keys of what one user may cause in the whole cluster.</summary>
internal static class BudgetKeys
{
    public static readonly ConfigKey<int> NotificationsPerMinute = ConfigKey.Whole(
        "Limits:NotificationsPerMinute", 100, 100_000_000, 10_000,
        "What one user's writes may send in a minute, for long: audience times pieces of 4 KiB, whatever the request. Ten times as many at once. In the user's actor, on disk.");

    public static readonly ConfigKey<long> StoredBytesPerDay = ConfigKey.Bytes(
        "Limits:StoredBytesPerDay", 1024 * 1024, 256L * 1024 * 1024,
        "What one user's writes may store in a day: messages, events, keys, contacts; of files see Files:MaxBytesPerDay. In the user's actor, on disk.");

    public static readonly ConfigKey<int> PeopleAddedPerDay = ConfigKey.Whole(
        "Limits:PeopleAddedPerDay", 1, 1_000_000, 2000,
        "People that one user brings into conversations in a day. A larger group takes the whole budget and is made; then it is waited for. In the user's actor, on disk.");

    public static readonly ConfigKey<int> UntouchedConversations = ConfigKey.Whole(
        "Limits:UntouchedConversations", 3, 100_000, 200,
        "Conversations that people outside a user's contacts made with the user, who never read, wrote in, muted or pinned them. Past it who made three of them makes no more; everybody else does.");

    public static readonly IReadOnlyList<ConfigKey> All = [NotificationsPerMinute, StoredBytesPerDay, PeopleAddedPerDay, UntouchedConversations];

    public static BudgetOptions Read(IConfiguration from, bool limitsEnabled) => new()
    {
        LimitsEnabled = limitsEnabled,
        NotificationsPerMinute = NotificationsPerMinute.Read(from),
        StoredBytesPerDay = StoredBytesPerDay.Read(from),
        PeopleAddedPerDay = PeopleAddedPerDay.Read(from),
        UntouchedConversations = UntouchedConversations.Read(from),
    };
}
