
namespace Messenger.Gateway.Requests;

/// <summary>One connection's requests by conversation: of each, one call is in flight, and what comes meanwhile waits in order.</summary>
/// <remarks>
/// So requests of one connection to one conversation take effect in the order sent, without a lock in any grain; and what waits behind
/// a call goes as one batch. A lane exists while a call does. Its length is bounded by the connection's requests in flight.
/// A request whose deadline passed is answered without leaving its lane's order: nothing overtakes a call that was begun and has no outcome
/// yet, because it may still take effect, and a later message would then stand before an earlier one. What waits behind it waits for its
/// outcome (Orleans gives every call one within 10 s) or for its own deadline, whichever is first, and what was not begun by its deadline never is.
/// </remarks>
internal sealed class Lanes
{
    /// <summary>Requests in one call: beyond it a call takes longer, and costs no less a request.</summary>
    public const int MaxBatch = 64;

    // Null stands for an empty queue: most lanes never have one.
    private readonly Dictionary<Guid, Queue<Pending>?> lanes = [];

    /// <summary>True: the caller runs this lane, and calls <see cref="Next"/> after each call. False: whoever runs it will come to this request.</summary>
    public bool Enter(Pending pending)
    {
        var conversation = pending.Conversation;
        lock (lanes)
        {
            if (!lanes.TryGetValue(conversation, out var waiting))
            {
                lanes.Add(conversation, null);
                return true;
            }

            if (waiting is null)
            {
                lanes[conversation] = waiting = new Queue<Pending>();
            }

            waiting.Enqueue(pending);
            return false;
        }
    }

    /// <summary>Takes out what was answered while it waited: what came first is due first.</summary>
    public void Prune(Guid conversation)
    {
        lock (lanes)
        {
            if (lanes.TryGetValue(conversation, out var waiting) && waiting is not null)
            {
                DropAnswered(waiting);
            }
        }
    }

    /// <summary>
    /// What the lane calls next, begun: the first that waits, and those right behind it that its call takes too. False: the lane is gone.
    /// </summary>
    public bool Next(Guid conversation, List<Pending> batch)
    {
        batch.Clear();
        lock (lanes)
        {
            var waiting = lanes[conversation];
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

            lanes.Remove(conversation);
            return false;
        }
    }

    private static void DropAnswered(Queue<Pending> waiting)
    {
        while (waiting.TryPeek(out var first) && first.IsAnswered)
        {
            waiting.Dequeue();
        }
    }

    private static bool Fits(Route route, int count, Pending next) => route.IsBatched && count < MaxBatch && ReferenceEquals(next.Route, route);
}
