namespace Messenger.Ports;

/// <summary>Rows of grains' state that hold nothing any more: their keys name people and addresses.</summary>
public interface IStateRetention
{
    /// <summary>
    /// Removes what was erased before that moment, windows of quotas that nobody counted in since, and what a deleted user's own limits left. Not at once
    /// when it is erased: the versions of rows fence activations that do not know yet that they are dead, and begin anew with a new row.
    /// </summary>
    /// <param name="before">Milliseconds since the Unix epoch; a day ago or more, since no window is longer.</param>
    /// <param name="max">Rows at most.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    Task<int> PurgeStates(long before, int max);
}
