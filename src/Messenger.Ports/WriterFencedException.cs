namespace Messenger.Ports;

/// <summary>Another process took over from this one: it may change and tell nothing any more, and asking again does not help.</summary>
public sealed class WriterFencedException : StoreUnavailableException
{
    public WriterFencedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public WriterFencedException()
        : base("another process took over from this one")
    {
    }

    public WriterFencedException(string message)
        : base(message)
    {
    }
}
