using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Gateway.Sessions;

/// <summary>What all connections of this process share of its memory, and who goes when it is short.</summary>
/// <remarks>
/// While the last eighth is used the largest holder is closed, one at a time; whoever finds nothing left is closed itself. So the bytes of one who
/// does not read, or sends messages without an end, go before those of a newcomer with a small request.
/// </remarks>
internal sealed class SharedMemory(MemoryBudgets budgets, SessionTable sessions, TimeProvider timeProvider)
{
    /// <summary>
    /// Of a connection that has not logged in, whatever it does: Kestrel's connection, the WebSocket, our session and the first buffers of both
    /// directions.
    /// </summary>
    public const int GuestBytes = 16 * 1024;

    /// <summary>Who holds less is not the reason.</summary>
    private const int Least = 64 * 1024;

    /// <summary>Between two that are closed: what the last one held is to be seen as free before the next must go.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private long _lastShed;

    public MemoryBudget Guests => budgets.Guests;

    public MemoryBudget ReadBuffers => budgets.ReadBuffers;

    public MemoryBudget Outboxes => budgets.Outboxes;

    /// <summary>Something was added to an outbox.</summary>
    public void RelieveOutboxes()
    {
        if (Outboxes.IsShort)
        {
            Relieve(Outboxes, session => session.Outbox.Held, CloseCode.TooSlow, "the server's memory is short, and most of it waits for this client to read: reconnect and resume");
        }
    }

    /// <summary>A read buffer has grown.</summary>
    public void RelieveReadBuffers()
    {
        if (ReadBuffers.IsShort)
        {
            Relieve(ReadBuffers, session => session.ReadBytes, CloseCode.Overloaded, "the server's memory is short, and most of it holds this client's requests: reconnect later");
        }
    }

    private void Relieve(MemoryBudget budget, Func<Session, long> held, CloseCode code, string reason)
    {
        var last = Interlocked.Read(ref _lastShed);
        var now = timeProvider.GetTimestamp();
        if ((last != 0 && timeProvider.GetElapsedTime(last, now) < Pause) || Interlocked.CompareExchange(ref _lastShed, now, last) != last)
        {
            return;
        }

        if (sessions.All.Where(session => !session.IsOver && held(session) >= Least).MaxBy(held) is { } largest)
        {
            budget.CountShed();
            largest.Shed(code, reason);
        }
    }
}
