namespace Messenger.Gateway.RateLimits;

/// <summary>Counts per key over a window that begins with the first that is counted; in this process alone, and bounded.</summary>
/// <remarks>When all places are taken, those of the longest standing make room: a flood of keys costs memory no more than it may.</remarks>
internal sealed class FixedWindows<TKey>(int most, TimeSpan over, int capacity, TimeProvider timeProvider)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Window> _windows = [];

    /// <summary>How many keys are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_windows)
            {
                return _windows.Count;
            }
        }
    }

    /// <summary>Counts one more; 0, or the seconds until there is room again, and then nothing was counted.</summary>
    public int Take(TKey key)
    {
        lock (_windows)
        {
            var now = timeProvider.GetTimestamp();
            var window = Now(key, now);
            if (window.Count >= most)
            {
                return Left(window, now);
            }

            if (window.Count == 0)
            {
                MakeRoom(now);
            }

            _windows[key] = window with { Count = window.Count + 1 };
            return 0;
        }
    }

    /// <summary>One that was counted does not count after all.</summary>
    public void GiveBack(TKey key)
    {
        lock (_windows)
        {
            if (_windows.TryGetValue(key, out var window) && window.Count > 0)
            {
                _windows[key] = window with { Count = window.Count - 1 };
            }
        }
    }

    /// <summary>As <see cref="Take"/>, and counts nothing.</summary>
    public int Wait(TKey key)
    {
        lock (_windows)
        {
            var now = timeProvider.GetTimestamp();
            var window = Now(key, now);
            return window.Count >= most ? Left(window, now) : 0;
        }
    }

    /// <summary>How many were counted in the window that stands.</summary>
    public int Taken(TKey key)
    {
        lock (_windows)
        {
            return Now(key, timeProvider.GetTimestamp()).Count;
        }
    }

    private Window Now(TKey key, long now) =>
        _windows.TryGetValue(key, out var window) && timeProvider.GetElapsedTime(window.Since, now) < over ? window : new Window(now, 0);

    private int Left(Window window, long now) => Math.Max(1, (int)Math.Ceiling((over - timeProvider.GetElapsedTime(window.Since, now)).TotalSeconds));

    private void MakeRoom(long now)
    {
        if (_windows.Count < capacity)
        {
            return;
        }

        foreach (var (key, window) in _windows)
        {
            if (timeProvider.GetElapsedTime(window.Since, now) >= over)
            {
                _windows.Remove(key);
            }
        }

        if (_windows.Count >= capacity)
        {
            // A tenth at once, so that a flood of keys does not sort the table at each.
            foreach (var (key, _) in _windows.OrderBy(entry => entry.Value.Since).Take(Math.Max(1, capacity / 10)).ToArray())
            {
                _windows.Remove(key);
            }
        }
    }

    private readonly record struct Window(long Since, int Count);
}
