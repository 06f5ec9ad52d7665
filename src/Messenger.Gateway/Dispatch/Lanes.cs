using Messenger.Gateway.Routes;

namespace Messenger.Gateway.Dispatch;

/// <summary>One connection's requests by conversation: of each, one call is in flight, and what comes meanwhile waits in order.</summary>
/// <remarks>
/// So requests of one connection to one conversation take effect in the order sent, without a lock in any grain; and what waits behind
/// a call goes as one batch. A lane exists while a call does. Its length is bounded by the connection's requests in flight.
/// </remarks>
internal sealed class Lanes
{
    /// <summary>Requests in one call: beyond it a call takes longer, and costs no less a request.</summary>
    public const int MaxBatch = 64;

    // Null stands for an empty queue: most lanes never have one.
    private readonly Dictionary<Guid, Queue<Pending>?> lanes = [];

    /// <summary>True: the caller runs this lane, and calls <see cref="Next"/> after each call. False: whoever runs it will come to this request.</summary>
    public bool Enter(Guid conversation, Pending pending)
    {
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

    /// <summary>What the lane calls next: the first that waits, and those right behind it that its call takes too. False: the lane is gone.</summary>
    public bool Next(Guid conversation, List<Pending> batch)
    {
        batch.Clear();
        lock (lanes)
        {
            if (lanes[conversation] is not { Count: > 0 } waiting)
            {
                lanes.Remove(conversation);
                return false;
            }

            var first = waiting.Dequeue();
            batch.Add(first);
            while (first.Route.IsBatched && batch.Count < MaxBatch && waiting.TryPeek(out var next) && Fits(first.Route, next))
            {
                batch.Add(waiting.Dequeue());
            }

            return true;
        }
    }

    private static bool Fits(Route route, in Pending next) => ReferenceEquals(next.Route, route);
}
