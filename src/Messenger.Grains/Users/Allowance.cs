namespace Messenger.Grains.Users;

/// <summary>A token bucket: so much at once, refilled evenly over a period.</summary>
/// <param name="most">What is there at first, and never more.</param>
/// <param name="over">How long an empty one takes to be full again.</param>
internal sealed class Allowance(int most, TimeSpan over)
{
    private double _left = most;
    private DateTimeOffset? _since;

    /// <summary>Seconds until so much may be had; 0 when it may be had now. Takes nothing.</summary>
    public int WaitFor(int amount, DateTimeOffset now)
    {
        Refill(now);
        return _left >= amount ? 0 : (int)Math.Max(1, Math.Ceiling((Math.Min(amount, most) - _left) * over.TotalSeconds / most));
    }

    /// <summary>To be called when <see cref="WaitFor"/> gave 0.</summary>
    public void Take(int amount) => _left -= amount;

    private void Refill(DateTimeOffset now)
    {
        if (_since is { } since && now > since)
        {
            _left = Math.Min(most, _left + ((now - since).TotalSeconds * most / over.TotalSeconds));
        }

        _since = now;
    }
}
