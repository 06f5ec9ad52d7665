using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Gateway.Delivery;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Delivery;

/// <summary>A session's outbox that only remembers what went out.</summary>
internal sealed class RecordedOutlet(int room = int.MaxValue) : ISessionOutlet
{
    private readonly Lock gate = new();
    private readonly List<(int Index, string? Cursor)> sent = [];
    private readonly List<(int Index, string? Cursor)> waiting = [];

    public CloseCode Closed { get; private set; }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return sent.Count;
            }
        }
    }

    public string? LastCursor
    {
        get
        {
            lock (gate)
            {
                return sent.Count == 0 ? null : sent[^1].Cursor;
            }
        }
    }

    public int[] Indexes
    {
        get
        {
            lock (gate)
            {
                return [.. sent.Select(entry => entry.Index)];
            }
        }
    }

    public bool TrySend(Notice notice, Cursor? cursor)
    {
        lock (gate)
        {
            if (sent.Count + waiting.Count >= room)
            {
                return false;
            }

            waiting.Add((notice.Payload.Length == 0 ? 0 : Notices.Index(notice), cursor?.ToString()));
            return true;
        }
    }

    public void Flush()
    {
        lock (gate)
        {
            sent.AddRange(waiting);
            waiting.Clear();
        }
    }

    public void Close(CloseCode code, string reason)
    {
        lock (gate)
        {
            Closed = Closed == CloseCode.None ? code : Closed;
        }
    }
}
