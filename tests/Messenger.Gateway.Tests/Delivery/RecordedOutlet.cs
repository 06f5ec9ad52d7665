using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Gateway.Delivery;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Delivery;

/// <summary>A session's outbox that only remembers what went out.</summary>
internal sealed class RecordedOutlet(int room = int.MaxValue) : ISessionOutlet
{
    private readonly Lock _gate = new();
    private readonly List<(int Index, string? Cursor)> _sent = [];
    private readonly List<(int Index, string? Cursor)> _waiting = [];

    public CloseCode Closed { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sent.Count;
            }
        }
    }

    public string? LastCursor
    {
        get
        {
            lock (_gate)
            {
                return _sent.Count == 0 ? null : _sent[^1].Cursor;
            }
        }
    }

    public int[] Indexes
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent.Select(entry => entry.Index)];
            }
        }
    }

    public bool TrySend(SerializedNotification notification, Cursor? cursor)
    {
        lock (_gate)
        {
            if (_sent.Count + _waiting.Count >= room)
            {
                return false;
            }

            _waiting.Add((notification.Payload.Length == 0 ? 0 : TestNotifications.Index(notification), cursor?.ToString()));
            return true;
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            _sent.AddRange(_waiting);
            _waiting.Clear();
        }
    }

    public void Close(CloseCode code, string reason)
    {
        lock (_gate)
        {
            Closed = Closed == CloseCode.None ? code : Closed;
        }
    }
}
