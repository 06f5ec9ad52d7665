namespace Messenger.Ports;

/// <summary>The store is away or did not answer in time. What was asked for may or may not have happened; asking again is safe.</summary>
public class StoreUnavailableException : Exception
{
    public StoreUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }
}
