using System.Net;

namespace Messenger.Gateway.RateLimits;

/// <summary>
/// A fair queue before work that is bounded behind it: so many at once, addresses in turn, and who would wait too long is shed. However many
/// wait, the rate is what the servers can do.
/// </summary>
/// <remarks>
/// A place is held for <see cref="Lease"/> at most: who takes longer does not load the servers but waits for one that hangs, and must not keep
/// those away whose server answers. <see cref="Sweep"/> comes once a second; bounds of time are as late as that.
/// </remarks>
internal sealed class AdmissionQueue(int concurrency, int capacity, TimeSpan patience, TimeProvider time)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause that is dictated: clients' own longest back-off.</summary>
    private const double LongestPause = 60;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, LinkedList<Waiter>> waiting = [];

    // Addresses of which somebody waits, in their turn.
    private readonly Queue<IPAddress> turns = new();

    // Who holds a place, oldest first; and who has left it already.
    private readonly Queue<Place> places = new();
    private int running;
    private int count;
    private int admitted;
    private double rate = concurrency;
    private double away;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    /// <summary>A place, to be disposed of when the work has ended; null for who is shed.</summary>
    public Task<Place?> Enter(IPAddress? address)
    {
        var key = address is null ? IPAddress.None : Networks.Of(address);
        lock (gate)
        {
            if (running < concurrency && count == 0)
            {
                return Task.FromResult<Place?>(Take());
            }

            if (count >= capacity && !Shed(key))
            {
                away++;
                return Task.FromResult<Place?>(null);
            }

            if (!waiting.TryGetValue(key, out var mine))
            {
                waiting.Add(key, mine = new LinkedList<Waiter>());
                turns.Enqueue(key);
            }

            var waiter = new Waiter(time.GetTimestamp());
            mine.AddLast(waiter);
            count++;
            return waiter.Outcome.Task;
        }
    }

    /// <summary>Seconds after which who was shed may come back: drawn over the time that the servers need for all who are away and wait.</summary>
    public int Pause()
    {
        lock (gate)
        {
            var backlog = Math.Clamp((count + away) / Math.Max(1, rate), 1, LongestPause);
#pragma warning disable CA5394 // When a client comes back is no secret.
            return 1 + (int)(Random.Shared.NextDouble() * backlog);
#pragma warning restore CA5394
        }
    }

    /// <summary>Once a second: places that are held too long are given to others, and who waited too long is shed.</summary>
    public void Sweep()
    {
        lock (gate)
        {
            // What was admitted in this second, while somebody waited, is what the servers do.
            rate = count > 0 ? (rate + admitted) / 2 : Math.Max(rate, admitted);
            away = Math.Max(0, away - admitted);
            admitted = 0;
            var now = time.GetTimestamp();
            while (places.TryPeek(out var oldest) && (oldest.IsLeft || time.GetElapsedTime(oldest.Since, now) >= Lease))
            {
                places.Dequeue();
                Free(oldest);
            }

            foreach (var mine in waiting.Values)
            {
                while (mine.First is { Value: var first } && time.GetElapsedTime(first.Since, now) >= patience)
                {
                    mine.RemoveFirst();
                    count--;
                    away++;
                    first.Outcome.SetResult(null);
                }
            }

            Admit();
        }
    }

    private void Leave(Place place)
    {
        lock (gate)
        {
            Free(place);
            while (places.TryPeek(out var oldest) && oldest.IsLeft)
            {
                places.Dequeue();
            }

            Admit();
        }
    }

    private void Free(Place place)
    {
        if (!place.IsLeft)
        {
            place.IsLeft = true;
            running--;
        }
    }

    private Place Take()
    {
        var place = new Place(this, time.GetTimestamp());
        places.Enqueue(place);
        running++;
        admitted++;
        return place;
    }

    /// <summary>Gives the free places to those who wait, an address after another.</summary>
    private void Admit()
    {
        while (running < concurrency && turns.TryDequeue(out var key))
        {
            var mine = waiting[key];
            if (mine.First is { Value: var first })
            {
                mine.RemoveFirst();
                count--;
                first.Outcome.SetResult(Take());
            }

            if (mine.Count > 0)
            {
                turns.Enqueue(key);
            }
            else
            {
                waiting.Remove(key);
            }
        }
    }

    /// <summary>Full: the newest of the address of which most wait makes room, unless that is the one who comes.</summary>
    private bool Shed(IPAddress newcomer)
    {
        var (longest, theirs) = waiting.MaxBy(entry => entry.Value.Count);
        if (longest.Equals(newcomer) || theirs.Count <= (waiting.GetValueOrDefault(newcomer)?.Count ?? 0) + 1 || theirs.Last is not { Value: var last })
        {
            return false;
        }

        theirs.RemoveLast();
        count--;
        away++;
        last.Outcome.SetResult(null);
        return true;
    }

    /// <summary>A place at work.</summary>
    internal sealed class Place(AdmissionQueue queue, long since) : IDisposable
    {
        public long Since => since;

        /// <summary>Under the queue's lock.</summary>
        public bool IsLeft { get; set; }

        public void Dispose() => queue.Leave(this);
    }

    private sealed class Waiter(long since)
    {
        public long Since => since;

        public TaskCompletionSource<Place?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
