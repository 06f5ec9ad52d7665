namespace Messenger.Ports;

/// <summary>Another append still writes the same file: it ends within seconds, when it finds that it was taken over.</summary>
public sealed class FileBusyException : Exception
{
    public FileBusyException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public FileBusyException()
    {
    }

    public FileBusyException(string message)
        : base(message)
    {
    }
}

/// <summary>The content of an append ended before its time: mostly a connection that was cut. The inner exception is the reader's.</summary>
public sealed class ContentBrokenException : Exception
{
    public ContentBrokenException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public ContentBrokenException()
    {
    }

    public ContentBrokenException(string message)
        : base(message)
    {
    }
}
