namespace Messenger.Ports;

/// <summary>What may be spent on SMS: counted for all processes together, on disk.</summary>
/// <remarks>Throws <see cref="StoreUnavailableException"/> when the store is away: then nothing may be sent.</remarks>
public interface ISmsBudget
{
    /// <summary>The purse of those who are not logged in.</summary>
    const string Strangers = "";

    /// <summary>The purse of those who are logged in.</summary>
    const string Owners = "owners:";

    /// <summary>Takes one SMS out of this hour's budget. Null when the hour's or the prefix' is spent. A refusal may cost one of the other count.</summary>
    /// <param name="purse">Counted apart from every other purse.</param>
    /// <param name="prefix">Digits that the number begins with.</param>
    /// <returns>The hour that it was taken from.</returns>
    Task<long?> Take(string purse, string prefix, int perHour, int perPrefix);

    /// <summary>Puts one back that was certainly not sent.</summary>
    /// <param name="purse">What it was taken from.</param>
    /// <param name="prefix">As to <see cref="Take"/>.</param>
    /// <param name="hour">What <see cref="Take"/> returned.</param>
    Task GiveBack(string purse, string prefix, long hour);
}
