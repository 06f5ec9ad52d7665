using Messenger.Ports;
using Messenger.Ports.Flow;

namespace Messenger.Grains.Pushes;

/// <summary>When a push, or a provider, is tried again. Pure but for the dice.</summary>
internal sealed class ProviderBackoff
{
    /// <summary>Of a provider: that it is back is found out within the longest.</summary>
    private static readonly Backoff Provider = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    /// <summary>Of one push that fails by itself: it is not worth more.</summary>
    private static readonly Backoff Push = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));

    private readonly Dictionary<string, (int Failures, long Until)> _held = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Types that are held back now.</summary>
    public IReadOnlyList<string> At(long now) => [.. _held.Where(pair => pair.Value.Until > now).Select(pair => pair.Key)];

    public bool IsHeld(string type, long now) => _held.TryGetValue(type, out var hold) && hold.Until > now;

    /// <summary>The provider took one: whatever was, is over.</summary>
    public void Released(string type) => _held.Remove(type);

    /// <summary>The provider takes nothing. Until when it is left alone; several pushes that fail at the same time count once.</summary>
    /// <param name="after">What the provider asked for.</param>
    public long Hold(string type, TimeSpan? after, long now)
    {
        var (failures, until) = _held.GetValueOrDefault(type);
        if (until > now)
        {
            return until;
        }

        until = now + (long)(after ?? Provider.After(failures, Random.Shared.NextDouble())).TotalMilliseconds;
        _held[type] = (Math.Min(failures + 1, 30), until);
        return until;
    }

    /// <summary>When one push is tried again.</summary>
    /// <param name="tries">How often it was tried, this time included.</param>
    public static long Pause(PushOutcome outcome, int tries, long now) =>
        now + (long)(outcome.After ?? Push.After(tries - 1, Random.Shared.NextDouble())).TotalMilliseconds;
}
