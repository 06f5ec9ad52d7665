using Messenger.Ports;

namespace Messenger.Grains.Devices;

/// <summary>Which conversations an absent device was woken for already: one push each until it connects again.</summary>
internal sealed class Wakes(string userId)
{
    /// <summary>Past this many the memory starts anew: a second push is better than unbounded memory.</summary>
    private const int Most = 256;

    private readonly HashSet<Guid> woken = [];

    /// <summary>The device connected: the next absence starts with none.</summary>
    public void Clear() => woken.Clear();

    /// <summary>The push to send for this notice; null for none.</summary>
    public Push? For(Notice notice, PushTarget? target)
    {
        if (target is null || notice.Push is not { } hint || hint.AuthorId == userId)
        {
            return null;
        }

        if (woken.Count >= Most)
        {
            woken.Clear();
        }

        return woken.Add(hint.Conversation) ? new Push(target.ApplicationType, target.Token, hint.Conversation, hint.Message) : null;
    }
}
