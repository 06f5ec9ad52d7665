
namespace Messenger.Gateway.Requests;

/// <summary>One connection's requests by conversation: of each, one call is in flight, and what comes meanwhile waits in order.</summary>
/// <remarks>
/// So requests of one connection to one conversation take effect in the order sent, without a lock in any grain; and what waits behind
/// a call goes as one batch. A queue exists while a call does. Its length is bounded by the connection's requests in flight.
/// A request whose deadline passed is answered without leaving its queue's order: nothing overtakes a call that was begun and has no outcome
/// yet, because it may still take effect, and a later message would then stand before an earlier one. What waits behind it waits for its
/// outcome (Orleans gives every call one within 10 s) or for its own deadline, whichever is first, and what was not begun by its deadline never is.
/// </remarks>
internal sealed class ConversationQueues
{
    /// <summary>Requests in one call: beyond it a call takes longer, and costs no less a request.</summary>
    public const int MaxBatch = 64;

    // Null stands for an empty queue: most queues never have one.
    private readonly Dictionary<Guid, Queue<InFlightRequest>?> _queues = [];

    /// <summary>True: the caller runs this queue, and calls <see cref="Next"/> after each call. False: whoever runs it will come to this request.</summary>
    public bool Enter(InFlightRequest pending)
    {
        var conversation = pending.Conversation;
        lock (_queues)
        {
            if (!_queues.TryGetValue(conversation, out var waiting))
            {
                _queues.Add(conversation, null);
                return true;
            }

            if (waiting is null)
            {
                _queues[conversation] = waiting = new Queue<InFlightRequest>();
            }

            waiting.Enqueue(pending);
            return false;
        }
    }

    /// <summary>Takes out what was answered while it waited: what came first is due first.</summary>
    public void Prune(Guid conversation)
    {
        lock (_queues)
        {
            if (_queues.TryGetValue(conversation, out var waiting) && waiting is not null)
            {
                DropAnswered(waiting);
            }
        }
    }

    /// <summary>
    /// What the queue calls next, begun: the first that waits, and those right behind it that its call takes too. False: the queue is gone.
    /// </summary>
    public bool Next(Guid conversation, List<InFlightRequest> batch)
    {
        batch.Clear();
        lock (_queues)
        {
            var waiting = _queues[conversation];
            while (waiting is { Count: > 0 } && !(batch is [var first, ..] && !Fits(first.Route, batch.Count, waiting.Peek())))
            {
                var next = waiting.Dequeue();
                if (next.TryBegin())
                {
                    batch.Add(next);
                }
            }

            if (batch.Count > 0)
            {
                return true;
            }

            _queues.Remove(conversation);
            return false;
        }
    }

    private static void DropAnswered(Queue<InFlightRequest> waiting)
    {
        while (waiting.TryPeek(out var first) && first.IsAnswered)
        {
            waiting.Dequeue();
        }
    }

    private static bool Fits(Route route, int count, InFlightRequest next) => route.IsBatched && count < MaxBatch && ReferenceEquals(next.Route, route);
}
