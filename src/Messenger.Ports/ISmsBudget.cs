namespace Messenger.Ports;

/// <summary>What may be spent on SMS: counted for all processes together, on disk.</summary>
public interface ISmsBudget
{
    /// <summary>Takes one SMS out of this hour's budget. False when the hour's or the prefix' is spent. A refusal may cost one of the other count.</summary>
    /// <param name="prefix">Digits that the number begins with.</param>
    /// <exception cref="StoreUnavailableException">The store is away: nothing may be sent.</exception>
    Task<bool> Take(string prefix, int perHour, int perPrefix);
}
