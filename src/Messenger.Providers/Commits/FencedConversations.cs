namespace Messenger.Providers.Commits;

/// <summary>
/// Conversations of which an entry failed. Whatever was handed in behind it rests on a state that may not be true,
/// so all of it is refused until the conversation is loaded anew.
/// </summary>
internal sealed class FencedConversations
{
    /// <summary>
    /// After an outage conversations may be loaded by other processes, and stay here. Past this many all are forgotten:
    /// what was queued behind the failure is long gone then, and the sequences still fence.
    /// </summary>
    private const int Capacity = 100_000;

    private readonly Lock _gate = new();

    /// <summary>The last ticket that is refused.</summary>
    private readonly Dictionary<Guid, long> _until = [];

    private long _tickets;

    /// <summary>Taken by every entry, in the order they are handed in.</summary>
    public long NextTicket() => Interlocked.Increment(ref _tickets);

    public void Close(Guid conversation)
    {
        lock (_gate)
        {
            if (_until.Count >= Capacity)
            {
                _until.Clear();
            }

            _until[conversation] = long.MaxValue;
        }
    }

    /// <summary>The conversation is about to be loaded: what comes from now on knows what is true.</summary>
    public void Reopen(Guid conversation)
    {
        lock (_gate)
        {
            if (_until.ContainsKey(conversation))
            {
                _until[conversation] = Interlocked.Read(ref _tickets);
            }
        }
    }

    public bool Admits(QueuedEntry pending)
    {
        lock (_gate)
        {
            if (!_until.TryGetValue(pending.Entry.Conversation, out var last))
            {
                return true;
            }

            return pending.Ticket > last && _until.Remove(pending.Entry.Conversation);
        }
    }
}
