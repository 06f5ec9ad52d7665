using Messenger.Grains.Pushes;

namespace Messenger.Grains.Devices;

/// <summary>How one device is woken while it is away: one push for each conversation until it connects again.</summary>
/// <param name="device">See <see cref="DeviceKeys"/>.</param>
/// <param name="most">Messages owed at most.</param>
internal sealed class Wakes(string device, PushQueue queue, int most)
{
    /// <summary>Past this many the memory starts anew: a second push is better than unbounded memory.</summary>
    private const int MostWoken = 256;

    private readonly string user = DeviceKeys.UserOf(device);
    private readonly HashSet<Guid> woken = [];

    /// <summary>Messages that a connection of doubtful life may have missed, without a place in the inbox: pushed when it turns out to be gone.</summary>
    private readonly List<PushHint> owed = [];

    public bool Owes => owed.Count > 0;

    public PushHint[] Owed => [.. owed];

    /// <summary>The device connected: the next absence starts with none.</summary>
    public void Clear()
    {
        woken.Clear();
        owed.Clear();
    }

    /// <summary>Completes when those that deserve a push are on disk; one that could not be put there is owed.</summary>
    public Task Push(IEnumerable<PushHint> hints, PushTarget? target) => target is null
        ? Task.CompletedTask
        : Task.WhenAll(hints.Where(Take).ToList().Select(hint => Keep(hint, target)));

    /// <inheritdoc cref="Push"/>
    public Task PushOwed(PushTarget? target)
    {
        var hints = Owed;
        owed.Clear();
        return Push(hints, target);
    }

    public void Owe(IEnumerable<PushHint> hints)
    {
        owed.AddRange(hints);

        // One push per conversation is all that comes of them: the newest of each will do.
        if (owed.Count > most)
        {
            var newest = owed.AsEnumerable().Reverse().DistinctBy(hint => hint.Conversation).Take(most).Reverse().ToList();
            owed.Clear();
            owed.AddRange(newest);
        }
    }

    private async Task Keep(PushHint hint, PushTarget target)
    {
        try
        {
            await queue.Keep(device, target.ApplicationType, hint.Conversation, hint.Message);
        }
        catch
        {
            // The next notice of this conversation tries again.
            woken.Remove(hint.Conversation);
            Owe([hint]);
            throw;
        }
    }

    /// <summary>Whether this message deserves a push.</summary>
    private bool Take(PushHint hint)
    {
        if (hint.AuthorId == user)
        {
            return false;
        }

        if (woken.Count >= MostWoken)
        {
            woken.Clear();
        }

        return woken.Add(hint.Conversation);
    }
}
