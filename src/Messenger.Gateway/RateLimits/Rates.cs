namespace Messenger.Gateway.RateLimits;

/// <summary>The rate of one connection's requests, of its pings, and of its garbage. Touched by its read loop alone.</summary>
internal sealed class Rates(GatewayOptions bounds, TimeProvider time)
{
    private double tokens = bounds.RequestBurst;
    private long refilled = time.GetTimestamp();
    private double pings = bounds.PingBurst;
    private long pingsRefilled = time.GetTimestamp();
    private long garbageSince;
    private int garbage;

    /// <summary>Whether one more request may be served; if not, in how many seconds.</summary>
    public bool TryTake(out int seconds)
    {
        seconds = 0;
        if (!bounds.LimitsEnabled)
        {
            return true;
        }

        var now = time.GetTimestamp();
        tokens = Math.Min(bounds.RequestBurst, tokens + (time.GetElapsedTime(refilled, now).TotalSeconds * bounds.RequestsPerSecond));
        refilled = now;
        if (tokens >= 1)
        {
            tokens--;
            return true;
        }

        seconds = Math.Max(1, (int)Math.Ceiling((1 - tokens) / bounds.RequestsPerSecond));
        return false;
    }

    /// <summary>One more ping came; true when it was one too many.</summary>
    public bool AddPing()
    {
        var now = time.GetTimestamp();
        pings = Math.Min(bounds.PingBurst, pings + (time.GetElapsedTime(pingsRefilled, now).TotalSeconds * bounds.PingsPerSecond)) - 1;
        pingsRefilled = now;
        return bounds.LimitsEnabled && pings < 0;
    }

    /// <summary>One more frame was no request; true when it was one too many for its minute.</summary>
    public bool AddGarbage()
    {
        if (garbage == 0 || time.GetElapsedTime(garbageSince) > TimeSpan.FromMinutes(1))
        {
            garbageSince = time.GetTimestamp();
            garbage = 0;
        }

        return ++garbage >= bounds.GarbageFrames;
    }
}
