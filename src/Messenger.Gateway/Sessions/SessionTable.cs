using System.Collections.Concurrent;

namespace Messenger.Gateway.Sessions;

/// <summary>The connections of this process.</summary>
public sealed class SessionTable
{
    private readonly ConcurrentDictionary<Session, byte> _sessions = new();
    private int _count;
    private volatile bool _draining;

    /// <summary>How many connections there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether new connections are refused (503).</summary>
    public bool IsDraining => _draining;

    internal IEnumerable<Session> All => _sessions.Select(entry => entry.Key);

    internal void StopAccepting() => _draining = true;

    /// <summary>Takes connections again; a drain under way ends, and leaves those that are there.</summary>
    public void Resume() => _draining = false;

    internal void Add(Session session)
    {
        _sessions[session] = 0;
        Interlocked.Increment(ref _count);
        GatewayMeter.Opened();
    }

    internal void Remove(Session session)
    {
        if (_sessions.TryRemove(session, out _))
        {
            Interlocked.Decrement(ref _count);
            GatewayMeter.Gone();
        }
    }
}
