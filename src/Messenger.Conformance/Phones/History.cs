using System.Text.Json;

namespace Messenger.Conformance.Phones;

/// <summary>One thing that a device saw or did, and when, by <see cref="Clock"/>.</summary>
/// <param name="Connection">Which of the device's connections, from 1.</param>
public abstract record Entry(TimeSpan At, int Connection);

/// <summary>A socket was opened.</summary>
public sealed record Opened(TimeSpan At, int Connection) : Entry(At, Connection);

/// <summary>A request is about to be sent.</summary>
public sealed record Asked(TimeSpan At, int Connection, string Id, string Type, JsonElement Payload) : Entry(At, Connection);

/// <summary>An answer was received.</summary>
public sealed record Answered(TimeSpan At, int Connection, string? Id, string Type, JsonElement Payload) : Entry(At, Connection);

/// <summary>A notification was received.</summary>
public sealed record Notified(TimeSpan At, int Connection, string Type, string? Cursor, JsonElement Payload) : Entry(At, Connection);

/// <summary>The connection ended.</summary>
/// <param name="Code">The server's close code; null where the socket broke or the client cut it.</param>
public sealed record Ended(TimeSpan At, int Connection, int? Code, string? Reason) : Entry(At, Connection);

/// <summary>Everything that one device sent and received, over all its connections: the truth that the checker judges by.</summary>
public sealed class History(string userId, string application)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private int _connections;

    public string UserId => userId;

    public string Application => application;

    public int NextConnection() => Interlocked.Increment(ref _connections);

    public void Add(Entry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry);
        }
    }

    public IReadOnlyList<Entry> Entries()
    {
        lock (_lock)
        {
            return [.. _entries];
        }
    }
}
