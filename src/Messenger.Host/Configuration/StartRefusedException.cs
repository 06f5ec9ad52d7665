namespace Messenger.Host.Configuration;

/// <summary>The server does not start; the message is one sentence for the operator, with what to do about it.</summary>
public sealed class StartRefusedException : Exception
{
    public StartRefusedException(string message)
        : base(message)
    {
    }

    public StartRefusedException()
    {
    }

    public StartRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
