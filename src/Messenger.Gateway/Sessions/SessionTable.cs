using System.Collections.Concurrent;

namespace Messenger.Gateway.Sessions;

/// <summary>The connections of this process.</summary>
public sealed class SessionTable
{
    private readonly ConcurrentDictionary<Session, byte> sessions = new();
    private int count;
    private volatile bool draining;

    /// <summary>How many connections there are.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Whether new connections are refused (503).</summary>
    public bool IsDraining => draining;

    internal IEnumerable<Session> All => sessions.Select(entry => entry.Key);

    internal void StopAccepting() => draining = true;

    internal void Add(Session session)
    {
        sessions[session] = 0;
        Interlocked.Increment(ref count);
        GatewayMeter.Opened();
    }

    internal void Remove(Session session)
    {
        if (sessions.TryRemove(session, out _))
        {
            Interlocked.Decrement(ref count);
            GatewayMeter.Gone();
        }
    }
}
