namespace Messenger.Protocol;

/// <summary>Another device of this user changed something about the account: ask for it anew.</summary>
/// <param name="What">Of <see cref="AccountSections"/>; ignore what you do not know.</param>
[OfFeature(Features.Account)]
public sealed record NotificationAccountChanged(string[] What) : INotification;

/// <summary>The parts of an account that devices keep copies of.</summary>
public static class AccountSections
{
    public const string Keys = "keys";
    public const string Nick = "nick";
    public const string Params = "params";
    public const string Contacts = "contacts";
    public const string BlackList = "blacklist";
    public const string Applications = "applications";
}
