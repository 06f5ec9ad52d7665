namespace Messenger.Ports.Flow;

/// <summary>A token bucket: so much at once, refilled evenly. The caller gives the clock, and holds a lock where several threads use it.</summary>
/// <remarks>
/// Not <c>System.Threading.RateLimiting.TokenBucketRateLimiter</c>: that one refills by a timer of its own or by hand, reads the system's clock, and is
/// an object with a lock and a queue per limit, where there are three limits per connection.
/// </remarks>
/// <param name="capacity">What is there at first, and never more.</param>
/// <param name="refill">What comes back in a <paramref name="period"/>.</param>
public struct TokenBucket(double capacity, double refill, TimeSpan period)
{
    private readonly double _capacity = capacity;
    private readonly double _refill = refill;
    private readonly double _seconds = period.TotalSeconds;
    private double _tokens = capacity;
    private TimeSpan _refilled;
    private bool _used;

    /// <summary>What is there; negative when more was taken with <see cref="Take"/> than there was.</summary>
    public readonly double Tokens => _tokens;

    /// <summary>Takes so many when they are there. False: nothing was taken.</summary>
    /// <param name="now">Since any fixed moment.</param>
    public bool TryTake(TimeSpan now, double amount = 1)
    {
        Refill(now);
        if (_tokens < amount)
        {
            return false;
        }

        _tokens -= amount;
        return true;
    }

    /// <summary>Takes so many, whether they are there or not.</summary>
    public void Take(TimeSpan now, double amount = 1)
    {
        Refill(now);
        _tokens -= amount;
    }

    /// <summary>Whole seconds until so many are there, at least 1; 0 when they are there now. More than the capacity is waited for as the capacity is.</summary>
    public int SecondsUntil(TimeSpan now, double amount = 1)
    {
        Refill(now);
        return _tokens >= amount ? 0 : (int)Math.Max(1, Math.Ceiling((Math.Min(amount, _capacity) - _tokens) * _seconds / _refill));
    }

    private void Refill(TimeSpan now)
    {
        // A clock that was set back gives nothing and takes nothing.
        if (_used && now > _refilled)
        {
            _tokens = Math.Min(_capacity, _tokens + ((now - _refilled).TotalSeconds * _refill / _seconds));
        }

        (_refilled, _used) = (now, true);
    }
}
