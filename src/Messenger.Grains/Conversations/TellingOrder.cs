namespace Messenger.Grains.Conversations;

/// <summary>What is told of entries is told in the order in which they were handed to the log.</summary>
/// <remarks>
/// The log gives outcomes in that order, but what goes on after an outcome takes more steps on one way than on another, and nothing promises that the
/// steps of an earlier entry run before those of a later one. So each entry takes a place in the turn that hands it over, and what it has to
/// tell waits for those before it. On its grain's scheduler: no lock.
/// </remarks>
internal sealed class TellingOrder
{
    private readonly Queue<Place> _places = [];

    /// <summary>The place of an entry; to be taken in the turn that hands it over, and disposed of when nothing more comes of it.</summary>
    public Place Next()
    {
        var place = new Place(this);
        _places.Enqueue(place);
        return place;
    }

    private void Go()
    {
        while (_places.TryPeek(out var first) && first.IsOver)
        {
            _places.Dequeue();
            first.Say();
        }
    }

    /// <summary>One entry's.</summary>
    internal sealed class Place(TellingOrder order) : IDisposable
    {
        private Action? _tell;

        public bool IsOver { get; private set; }

        /// <summary>Tells, now or when those before it are over.</summary>
        public void Tell(Action tell)
        {
            _tell = tell;
            Dispose();
        }

        /// <summary>There is nothing to tell, or it was told.</summary>
        public void Dispose()
        {
            if (!IsOver)
            {
                IsOver = true;
                order.Go();
            }
        }

        public void Say() => _tell?.Invoke();
    }
}
