using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>The server refused a request.</summary>
public sealed class RefusedException(Error error) : Exception($"{error.Status}: {error.Description}")
{
    public Error Error { get; } = error;
}

/// <summary>The connection ended while a request was under way: it may have taken effect or not, and may be sent again as it was.</summary>
public sealed class ConnectionLostException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The reader of notifications was so far behind that some were dropped: connect again and resume after the last one that was read.</summary>
public sealed class NotificationsDroppedException(int bound)
    : Exception($"more than {bound} notifications waited to be read: resume on a new connection after the last one read");

/// <summary>The server said something that the protocol does not have.</summary>
public sealed class ProtocolException(string message, Exception? inner = null) : Exception(message, inner);
