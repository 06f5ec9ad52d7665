using Messenger.Ports.Flow;

namespace Messenger.Gateway.RateLimits;

/// <summary>Counts per key over a window that begins with the first that is counted; in this process alone, and bounded.</summary>
/// <remarks>When all places are taken, those of the longest standing make room: a flood of keys costs memory no more than it may.</remarks>
public sealed class FixedWindows<TKey>(int most, TimeSpan over, int capacity, TimeProvider timeProvider)
    where TKey : notnull
{
    private readonly Dictionary<TKey, FixedWindow> _windows = [];

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
            var now = Now;
            var window = At(key, now);
            if (window.SecondsUntilRoom(now, most) is > 0 and var wait)
            {
                return wait;
            }

            if (window.Count == 0)
            {
                MakeRoom(now);
            }

            _windows[key] = window.Add(most);
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
            var now = Now;
            return At(key, now).SecondsUntilRoom(now, most);
        }
    }

    /// <summary>How many were counted in the window that stands.</summary>
    public int Taken(TKey key)
    {
        lock (_windows)
        {
            return At(key, Now).Count;
        }
    }

    private TimeSpan Now => timeProvider.GetElapsedTime(0);

    private FixedWindow At(TKey key, TimeSpan now) => _windows.GetValueOrDefault(key).At(now, over);

    private void MakeRoom(TimeSpan now)
    {
        if (_windows.Count < capacity)
        {
            return;
        }

        foreach (var (key, window) in _windows)
        {
            if (now >= window.Ends)
            {
                _windows.Remove(key);
            }
        }

        if (_windows.Count >= capacity)
        {
            // A tenth at once, so that a flood of keys does not sort the table at each.
            foreach (var (key, _) in _windows.OrderBy(entry => entry.Value.Ends).Take(Math.Max(1, capacity / 10)).ToArray())
            {
                _windows.Remove(key);
            }
        }
    }
}
