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
internal sealed class AdmissionQueue(int concurrency, int capacity, TimeSpan timeout, TimeProvider timeProvider)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause that is dictated: clients' own longest back-off.</summary>
    private const double LongestPause = 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, LinkedList<Waiter>> _waiting = [];

    // Addresses of which somebody waits, in their turn.
    private readonly Queue<IPAddress> _turns = new();

    // Who holds a place, oldest first; and who has left it already.
    private readonly Queue<Place> _places = new();
    private int _running;
    private int _count;
    private int _admitted;
    private double _rate = concurrency;
    private double _away;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>A place, to be disposed of when the work has ended; null for who is shed.</summary>
    public Task<Place?> Enter(IPAddress? address)
    {
        var key = address is null ? IPAddress.None : AddressBucket.Of(address);
        lock (_gate)
        {
            if (_running < concurrency && _count == 0)
            {
                return Task.FromResult<Place?>(Take());
            }

            if (_count >= capacity && !Shed(key))
            {
                _away++;
                return Task.FromResult<Place?>(null);
            }

            if (!_waiting.TryGetValue(key, out var mine))
            {
                _waiting.Add(key, mine = new LinkedList<Waiter>());
                _turns.Enqueue(key);
            }

            var waiter = new Waiter(timeProvider.GetTimestamp());
            mine.AddLast(waiter);
            _count++;
            return waiter.Outcome.Task;
        }
    }

    /// <summary>Seconds after which who was shed may come back: drawn over the time that the servers need for all who are away and wait.</summary>
    public int Pause()
    {
        lock (_gate)
        {
            var backlog = Math.Clamp((_count + _away) / Math.Max(1, _rate), 1, LongestPause);
#pragma warning disable CA5394 // When a client comes back is no secret.
            return 1 + (int)(Random.Shared.NextDouble() * backlog);
#pragma warning restore CA5394
        }
    }

    /// <summary>Once a second: places that are held too long are given to others, and who waited too long is shed.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            // What was admitted in this second, while somebody waited, is what the servers do.
            _rate = _count > 0 ? (_rate + _admitted) / 2 : Math.Max(_rate, _admitted);
            _away = Math.Max(0, _away - _admitted);
            _admitted = 0;
            var now = timeProvider.GetTimestamp();
            while (_places.TryPeek(out var oldest) && (oldest.IsLeft || timeProvider.GetElapsedTime(oldest.Since, now) >= Lease))
            {
                _places.Dequeue();
                Free(oldest);
            }

            foreach (var mine in _waiting.Values)
            {
                while (mine.First is { Value: var first } && timeProvider.GetElapsedTime(first.Since, now) >= timeout)
                {
                    mine.RemoveFirst();
                    _count--;
                    _away++;
                    first.Outcome.SetResult(null);
                }
            }

            Admit();
        }
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            Free(place);
            while (_places.TryPeek(out var oldest) && oldest.IsLeft)
            {
                _places.Dequeue();
            }

            Admit();
        }
    }

    private void Free(Place place)
    {
        if (!place.IsLeft)
        {
            place.IsLeft = true;
            _running--;
        }
    }

    private Place Take()
    {
        var place = new Place(this, timeProvider.GetTimestamp());
        _places.Enqueue(place);
        _running++;
        _admitted++;
        return place;
    }

    /// <summary>Gives the free places to those who wait, an address after another.</summary>
    private void Admit()
    {
        while (_running < concurrency && _turns.TryDequeue(out var key))
        {
            var mine = _waiting[key];
            if (mine.First is { Value: var first })
            {
                mine.RemoveFirst();
                _count--;
                first.Outcome.SetResult(Take());
            }

            if (mine.Count > 0)
            {
                _turns.Enqueue(key);
            }
            else
            {
                _waiting.Remove(key);
            }
        }
    }

    /// <summary>Full: the newest of the address of which most wait makes room, unless that is the one who comes.</summary>
    private bool Shed(IPAddress newcomer)
    {
        var (longest, theirs) = _waiting.MaxBy(entry => entry.Value.Count);
        if (longest.Equals(newcomer) || theirs.Count <= (_waiting.GetValueOrDefault(newcomer)?.Count ?? 0) + 1 || theirs.Last is not { Value: var last })
        {
            return false;
        }

        theirs.RemoveLast();
        _count--;
        _away++;
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
