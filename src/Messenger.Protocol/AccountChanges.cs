namespace Messenger.Protocol;

/// <summary>Another device of this user changed something about the account: ask for it anew.</summary>
/// <param name="What">Of <see cref="AccountSections"/>; ignore what you do not know.</param>
[OfFeature(Features.Account)]
public sealed record NotificationAccountChanged(string[] What) : INotification;

/// <summary>Another device of this user read: what is unread now, and not what changed.</summary>
/// <param name="MessageUuid">The newest message that it read.</param>
/// <param name="FirstUnreadMessageUuid">The oldest message that is unread, or null.</param>
/// <param name="UnreadedCounter">As the conversation's.</param>
[OfFeature(Features.Account)]
public sealed record NotificationReadUpTo(string ConversationUuid, string MessageUuid, string? FirstUnreadMessageUuid, int UnreadedCounter) : INotification;

/// <summary>The parts of an account that devices keep copies of.</summary>
public static class AccountSections
{
    public const string Keys = "keys";
    public const string Nick = "nick";
    public const string Params = "params";
    public const string Contacts = "contacts";
    public const string BlackList = "blacklist";
    public const string Applications = "applications";
    public const string Preferences = "preferences";
    public const string Lock = "lock";

    /// <summary>All of them: what a device asks for that begins anew.</summary>
    public static readonly IReadOnlyList<string> All = [Keys, Nick, Params, Contacts, BlackList, Preferences, Applications, Lock];
}
