
using Messenger.Contracts;

namespace Messenger.Grains.Devices;

/// <summary>
/// How one device is woken while it is away: by each message that deserves it. What the provider has not taken yet is replaced, and what it has
/// taken is replaced on the phone (the collapse key); so a wake is held back only while one for that conversation still waits in the queue.
/// </summary>
/// <param name="device">See <see cref="DeviceKeys"/>.</param>
/// <param name="most">Messages owed at most.</param>
internal sealed class PushTracker(string device, PushQueue queue, TimeProvider timeProvider, int most)
{
    /// <summary>Past this many the memory starts again: a push that is queued twice replaces itself.</summary>
    private const int MaxWaiting = 256;

    /// <summary>
    /// How long a queued push is taken to wait still, unless it is known to be on its way: while a provider is down a busy group must not write a
    /// row per message. After this it is queued again, since it may have been forgotten (32 a device, and three days).
    /// </summary>
    internal static readonly TimeSpan Waits = TimeSpan.FromSeconds(30);

    /// <summary>Who reads a hundred messages one by one lowers the other phone's badge some times, not a hundred.</summary>
    internal static readonly TimeSpan BadgePause = TimeSpan.FromSeconds(10);

    private readonly string _user = DeviceKeys.UserOf(device);

    /// <summary>Conversations whose push waits in the queue, since when, and until when it may be sent.</summary>
    private readonly Dictionary<Guid, (long Since, long Until)> _waiting = [];

    /// <summary>Messages that a connection of doubtful life may have missed, without a place in the inbox: pushed when it turns out to be gone.</summary>
    private readonly List<PushHint> _deferred = [];

    /// <summary>When the newest push of the badge alone is due, or was.</summary>
    private long _badge = long.MinValue / 2;

    public bool HasDeferred => _deferred.Count > 0;

    public PushHint[] Deferred => [.. _deferred];

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The device connected: the next absence starts with none.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _deferred.Clear();
    }

    /// <summary>
    /// One of them is about to be sent, which one is not said: whatever comes from now on is queued again. What came before is in the badge that
    /// this one will show, for it is counted later than this.
    /// </summary>
    public void Leaving() => _waiting.Clear();

    /// <summary>Completes when those that deserve a push are on disk; one that could not be put there is owed.</summary>
    public Task Push(IEnumerable<PushHint> hints, PushTarget? target)
    {
        if (target is null)
        {
            return Task.CompletedTask;
        }

        // Of several that come together the newest stands for its conversation.
        var newest = hints.Where(Deserves).GroupBy(hint => hint.Conversation)
            .Select(same => same.Last() with { IsUrgent = same.Any(hint => hint.IsUrgent), Expires = same.Any(hint => hint.Expires is null) ? null : same.Max(hint => hint.Expires) })
            .Where(MayGo);
        return Task.WhenAll(newest.ToList().Select(hint => Keep(hint, target)));
    }

    /// <inheritdoc cref="Push"/>
    public Task PushDeferred(PushTarget? target)
    {
        var hints = Deferred;
        _deferred.Clear();
        return Push(hints, target);
    }

    public void Defer(IEnumerable<PushHint> hints)
    {
        _deferred.AddRange(hints);

        // One push per conversation is all that comes of them: the newest of each will do.
        if (_deferred.Count > most)
        {
            var newest = _deferred.AsEnumerable().Reverse().DistinctBy(hint => hint.Conversation).Take(most).Reverse().ToList();
            _deferred.Clear();
            _deferred.AddRange(newest);
        }
    }

    private async Task Keep(PushHint hint, PushTarget target)
    {
        try
        {
            var message = hint.Message.Length == 0 ? null : hint.Message;
            await queue.Keep(device, target.ApplicationType, hint.Conversation, message, hint.IsBadge ? _badge : Now, hint.Expires);
        }
        catch
        {
            // The next notification of this conversation tries again.
            _waiting.Remove(hint.Conversation);
            _badge = hint.IsBadge ? Now - (long)BadgePause.TotalMilliseconds : _badge;
            Defer([hint]);
            throw;
        }
    }

    /// <summary>Whether this is news to the device's user.</summary>
    private bool Deserves(PushHint hint) => hint.AuthorId != _user && (hint.For is null || hint.For == _user);

    /// <summary>Whether none for its conversation waits.</summary>
    private bool MayGo(PushHint hint)
    {
        var now = Now;
        if (hint.IsBadge)
        {
            if (_badge > now)
            {
                // One waits for its time, and counts when it goes.
                return false;
            }

            _badge = Math.Max(now, _badge + (long)BadgePause.TotalMilliseconds);
            return true;
        }

        // One that will not be sent any more while this message still stands does not speak for it.
        var until = hint.Expires ?? long.MaxValue;
        if (!hint.IsUrgent && _waiting.TryGetValue(hint.Conversation, out var waiting) && now - waiting.Since < Waits.TotalMilliseconds && waiting.Until >= until)
        {
            return false;
        }

        if (_waiting.Count >= MaxWaiting)
        {
            _waiting.Clear();
        }

        _waiting[hint.Conversation] = (now, until);
        return true;
    }
}
