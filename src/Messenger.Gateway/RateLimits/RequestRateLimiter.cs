namespace Messenger.Gateway.RateLimits;

/// <summary>The rate of one connection's requests, of its pings, and of its garbage. Touched by its read loop alone.</summary>
internal sealed class RequestRateLimiter(GatewayOptions bounds, TimeProvider timeProvider)
{
    private double _tokens = bounds.RequestBurst;
    private long _refilled = timeProvider.GetTimestamp();
    private double _pings = bounds.PingBurst;
    private long _pingsRefilled = timeProvider.GetTimestamp();
    private long _garbageSince;
    private int _garbage;

    /// <summary>Whether one more request may be served; if not, in how many seconds.</summary>
    public bool TryTake(out int seconds)
    {
        seconds = 0;
        if (!bounds.LimitsEnabled)
        {
            return true;
        }

        var now = timeProvider.GetTimestamp();
        _tokens = Math.Min(bounds.RequestBurst, _tokens + (timeProvider.GetElapsedTime(_refilled, now).TotalSeconds * bounds.RequestsPerSecond));
        _refilled = now;
        if (_tokens >= 1)
        {
            _tokens--;
            return true;
        }

        seconds = Math.Max(1, (int)Math.Ceiling((1 - _tokens) / bounds.RequestsPerSecond));
        return false;
    }

    /// <summary>One more ping came; true when it was one too many.</summary>
    public bool AddPing()
    {
        var now = timeProvider.GetTimestamp();
        _pings = Math.Min(bounds.PingBurst, _pings + (timeProvider.GetElapsedTime(_pingsRefilled, now).TotalSeconds * bounds.PingsPerSecond)) - 1;
        _pingsRefilled = now;
        return bounds.LimitsEnabled && _pings < 0;
    }

    /// <summary>One more frame was no request; true when it was one too many for its minute.</summary>
    public bool AddGarbage()
    {
        if (_garbage == 0 || timeProvider.GetElapsedTime(_garbageSince) > TimeSpan.FromMinutes(1))
        {
            _garbageSince = timeProvider.GetTimestamp();
            _garbage = 0;
        }

        return ++_garbage >= bounds.GarbageFrames;
    }
}
