namespace Messenger.Ports.Flow;

/// <summary>How much was counted in a window that begins with the first that is counted. Pure; kept in memory or stored by whoever uses it.</summary>
/// <param name="Count">What was counted in it.</param>
/// <param name="Ends">When it is over, since any fixed moment; the default is a window that is over.</param>
public readonly record struct FixedWindow(int Count, TimeSpan Ends)
{
    /// <summary>This window, or a new one where it is over.</summary>
    /// <param name="length">Of a new one.</param>
    public FixedWindow At(TimeSpan now, TimeSpan length) => now < Ends ? this : new FixedWindow(0, now + length);

    /// <summary>With one more; the same one when it has as many as it may.</summary>
    public FixedWindow Add(int limit) => Count < limit ? this with { Count = Count + 1 } : this;

    /// <summary>Whole seconds until there is room again, at least 1; 0 when there is room now.</summary>
    public int SecondsUntilRoom(TimeSpan now, int limit) => now >= Ends || Count < limit ? 0 : (int)Math.Max(1, Math.Ceiling((Ends - now).TotalSeconds));
}
