namespace Messenger.Ports;

/// <summary>
/// Whether the store still has what it had. A failover to a replica that lagged, or a restore of an older state, takes it back in time: then whoever
/// remembers more than it has must say so, because new rows take the places of those that are gone.
/// </summary>
public interface IStoreHistory
{
    /// <summary>How often this process has seen the store go back. What was loaded before the last time may not be true any more.</summary>
    long Steps { get; }

    /// <summary>Compares what the store has with the most that this process has seen of it.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    Task Refresh();
}
