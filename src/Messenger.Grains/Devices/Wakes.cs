namespace Messenger.Grains.Devices;

/// <summary>Which conversations an absent device was woken for already: one push each until it connects again.</summary>
internal sealed class Wakes(string userId)
{
    /// <summary>Past this many the memory starts anew: a second push is better than unbounded memory.</summary>
    private const int Most = 256;

    private readonly HashSet<Guid> woken = [];

    /// <summary>The device connected: the next absence starts with none.</summary>
    public void Clear() => woken.Clear();

    /// <summary>Nobody could be woken for this one: the next notice tries again.</summary>
    public void Forget(Guid conversation) => woken.Remove(conversation);

    /// <summary>Whether this message deserves a push.</summary>
    public bool Take(PushHint hint, PushTarget? target)
    {
        if (target is null || hint.AuthorId == userId)
        {
            return false;
        }

        if (woken.Count >= Most)
        {
            woken.Clear();
        }

        return woken.Add(hint.Conversation);
    }
}
