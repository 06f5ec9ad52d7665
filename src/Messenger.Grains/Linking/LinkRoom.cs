namespace Messenger.Grains.Linking;

/// <summary>How many links this process keeps: people who are nobody's yet make them.</summary>
internal sealed class LinkRoom
{
    /// <summary>Each has 1 KiB, and 44 KiB once a device of an account approved it: 90 MiB at the worst.</summary>
    public const int Most = 2048;

    private int _taken;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= Most)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _taken);
}
