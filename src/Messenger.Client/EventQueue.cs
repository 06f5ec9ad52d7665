using System.Threading.Channels;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>Events on their way to the application: each message once, and remembered as handled only when the application asks for the next.</summary>
/// <remarks>
/// One writer (the connection that is alive) and one reader (the application). Two places are kept: how far events were queued, where the
/// next connection of this process resumes, and how far they were handled, where the next process does.
/// </remarks>
internal sealed class EventQueue(IProfileStore store, int bound)
{
    /// <summary>Handled events after which the progress is written even though more are waiting.</summary>
    private const int SaveEvery = 64;

    /// <summary>Own messages that are remembered, so that reading anew does not show them a second time.</summary>
    private const int SentBound = 1024;

    private readonly Channel<Item> _items = Channel.CreateBounded<Item>(bound);
    private readonly Lock _sentLock = new();
    private readonly HashSet<string> _sent = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<string> _sentOrder = new();
    /// <summary>Replaced by the connection, read by whoever seals.</summary>
    private volatile Progress _queued = store.LoadProgress();
    private Progress _handled = new();
    private Item? _handed;
    private int _unsaved;

    /// <summary>Where the next connection resumes.</summary>
    public string? Cursor => _queued.Cursor;

    public bool Synchronised => _queued.Synchronised;

    public Mark? Seen(string conversation) => _queued.Seen.GetValueOrDefault(Key(conversation));

    /// <summary>A message that this client sent itself: its sender has the answer, and needs no event.</summary>
    public void Sent(string messageUuid)
    {
        lock (_sentLock)
        {
            if (_sent.Add(messageUuid))
            {
                _sentOrder.Enqueue(messageUuid);
            }

            while (_sentOrder.Count > SentBound)
            {
                _sent.Remove(_sentOrder.Dequeue());
            }
        }
    }

    /// <summary>Queues a message unless it was already: inside a conversation <c>created</c> strictly increases.</summary>
    public async ValueTask Queue(Message message, string? cursor, CancellationToken cancellation)
    {
        var after = _queued with { Cursor = cursor ?? _queued.Cursor };
        var seen = Seen(message.ConversationUuid);
        if (message.Created <= seen?.Created)
        {
            _queued = after;
            return;
        }

        after = after with { Seen = after.Seen.SetItem(Key(message.ConversationUuid), Mark.After(seen, message)) };
        if (WasSent(message.Uuid))
        {
            _queued = after;
            return;
        }

        await Queue(new MessageArrived(message), after, cancellation);
    }

    public ValueTask Queue(ClientEvent happened, string? cursor, CancellationToken cancellation) =>
        Queue(happened, _queued with { Cursor = cursor ?? _queued.Cursor }, cancellation);

    /// <summary>A conversation is lost: told as it came, and then as what it means. Whoever comes back to it begins anew.</summary>
    /// <param name="notification">What told of it; null: a list that it is not on any more.</param>
    public async ValueTask QueueGone(string conversation, INotification? notification, string? cursor, CancellationToken cancellation)
    {
        if (notification is not null)
        {
            await Queue(new Notified(notification), cursor: null, cancellation);
        }

        var after = _queued with { Cursor = cursor ?? _queued.Cursor, Seen = _queued.Seen.Remove(Key(conversation)) };
        await Queue(new ConversationGone(conversation), after, cancellation);
    }

    /// <summary>Conversations of which something was handed over, in upper case.</summary>
    public IEnumerable<string> Known => _queued.Seen.Keys;

    /// <summary>Where the next pass of RequestSync goes on; null: nowhere yet.</summary>
    public string? SyncToken => _queued.SyncToken;

    /// <summary>Everything up to this token was queued: it is stored with the last of it, never before (CHG-4).</summary>
    public void SetSyncToken(string? token) => _queued = _queued with { SyncToken = token };

    /// <summary>Queues if there is room: what tells of the connection must not hold up the connection.</summary>
    public void QueueIfRoom(ClientEvent happened) => _items.Writer.TryWrite(new Item(happened, _queued));

    /// <summary>Every conversation has been read as far as it went.</summary>
    public void SetSynchronised() => _queued = _queued with { Synchronised = true };

    public void Complete(Exception? reason) => _items.Writer.TryComplete(reason);

    /// <summary>The next event, and the word that the one before was handled; null when no more comes.</summary>
    public async ValueTask<ClientEvent?> Next(CancellationToken cancellation)
    {
        Settle();
        if (_unsaved >= SaveEvery || !_items.Reader.TryPeek(out _))
        {
            Save();
        }

        while (await _items.Reader.WaitToReadAsync(cancellation))
        {
            if (_items.Reader.TryRead(out _handed))
            {
                return _handed.Event;
            }
        }

        return null;
    }

    /// <summary>Writes down what was handled.</summary>
    public void Save()
    {
        if (_unsaved > 0)
        {
            store.SaveProgress(_handled);
            _unsaved = 0;
        }
    }

    private void Settle()
    {
        if (_handed is { } handed)
        {
            (_handled, _handed) = (handed.After, null);
            _unsaved++;
        }
    }

    private static string Key(string conversation) => conversation.ToUpperInvariant();

    private async ValueTask Queue(ClientEvent happened, Progress after, CancellationToken cancellation)
    {
        await _items.Writer.WriteAsync(new Item(happened, after), cancellation);
        _queued = after;
    }

    private bool WasSent(string messageUuid)
    {
        lock (_sentLock)
        {
            return _sent.Contains(messageUuid);
        }
    }

    /// <param name="After">How far the application is when it has handled this.</param>
    private sealed record Item(ClientEvent Event, Progress After);
}
