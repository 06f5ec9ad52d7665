namespace Messenger.Ports.Flow;

/// <summary>How long to pause before trying again: doubling, from a first pause up to a longest. Pure.</summary>
/// <param name="First">After the first failure.</param>
/// <param name="Longest">Never more: what is back is found within this.</param>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>Doublings after which any longest pause is reached: more would overflow.</summary>
    private const int MaxDoublings = 30;

    /// <summary>The pause that follows this one.</summary>
    public TimeSpan Next(TimeSpan pause) => pause * 2 < Longest ? pause * 2 : Longest;

    /// <summary>The pause after so many failures before this one.</summary>
    public TimeSpan After(int failures) => TimeSpan.FromMilliseconds(
        Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures, 0, MaxDoublings))));

    /// <summary>As <see cref="After"/>, with half of it left to chance, so that those who failed together do not come back together.</summary>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan After(int failures, double chance) => After(failures) * (0.5 + (chance / 2));
}
