using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Gateway.Delivery;

/// <summary>Where a session's notifications go: its bounded outbox.</summary>
/// <remarks>Called from any thread, one call at a time, in order; never waits.</remarks>
public interface ISessionOutlet
{
    /// <summary>
    /// Queues a notification behind what is queued already; false when there is no room, and then the session ends (4009). It goes out with the next
    /// <see cref="Flush"/> at the latest.
    /// </summary>
    /// <param name="cursor">Where to resume after it; null on what is not replayed.</param>
    bool TrySend(SerializedNotification notification, Cursor? cursor);

    /// <summary>What is queued goes out.</summary>
    void Flush();

    /// <summary>What is queued goes out when the caller runs this, soon; null when it goes out without.</summary>
    IThreadPoolWorkItem? BeginFlush()
    {
        Flush();
        return null;
    }

    /// <summary>Ends the session with this code. The first call counts.</summary>
    void Close(CloseCode code, string reason);
}
