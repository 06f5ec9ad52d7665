namespace Messenger.Ports;

/// <summary>What was asked for has more bytes than whoever asked wants to hold at once.</summary>
public sealed class ListTooLargeException : Exception
{
    public ListTooLargeException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    public ListTooLargeException()
    {
    }

    public ListTooLargeException(string message)
        : base(message)
    {
    }
}
