using Messenger.Ports.Flow;

namespace Messenger.Gateway.RateLimits;

/// <summary>The rate of one connection's requests, of its pings, and of its garbage. Touched by its read loop alone.</summary>
internal sealed class RequestRateLimiter(GatewayOptions bounds, TimeProvider timeProvider)
{
    private static readonly TimeSpan GarbageWindow = TimeSpan.FromMinutes(1);

    private TokenBucket _requests = new(bounds.RequestBurst, bounds.RequestsPerSecond, TimeSpan.FromSeconds(1));
    private TokenBucket _pings = new(bounds.PingBurst, bounds.PingsPerSecond, TimeSpan.FromSeconds(1));
    private FixedWindow _garbage;

    private TimeSpan Now => timeProvider.GetElapsedTime(0);

    /// <summary>Whether one more request may be served; if not, in how many seconds.</summary>
    public bool TryTake(out int seconds)
    {
        seconds = 0;
        if (!bounds.LimitsEnabled)
        {
            return true;
        }

        var now = Now;
        if (_requests.TryTake(now))
        {
            return true;
        }

        seconds = _requests.SecondsUntil(now);
        return false;
    }

    /// <summary>One more ping came; true when it was one too many.</summary>
    public bool AddPing()
    {
        _pings.Take(Now);
        return bounds.LimitsEnabled && _pings.Tokens < 0;
    }

    /// <summary>One more frame was no request; true when it was one too many for its minute.</summary>
    public bool AddGarbage()
    {
        _garbage = _garbage.At(Now, GarbageWindow).Add(bounds.GarbageFrames);
        return _garbage.Count >= bounds.GarbageFrames;
    }
}
