using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.State;

namespace Messenger.Grains.Fanout;

/// <summary>
/// What a user's grain lets everybody on its silo do without a call: hand notices over to the user's devices there. Holds the newest term of each
/// conversation that told something, for both ways.
/// </summary>
/// <remarks>Any thread: under one lock, and nothing is waited for.</remarks>
/// <param name="account">The account as it is on disk; null when that is not known now.</param>
/// <param name="blackList">Likewise, whom the user does not want to hear from.</param>
internal sealed class LocalUser(string userId, Func<Account?> account, Func<IReadOnlySet<string>?> blackList, LocalMailboxes mailboxes)
{
    private readonly Lock gate = new();

    /// <summary>Bounded by the conversations of one person.</summary>
    private readonly Dictionary<Guid, long> terms = [];
    private (string Application, Mailbox Mailbox)? last;
    private int calls;
    private bool left;

    /// <summary>
    /// As <see cref="IUserGrain.Deliver"/>, when it can be done here and now: the devices are all online and on this silo, what has to be known is
    /// known, and no hand-over that came as a call is under way, which it could overtake. False: nothing happened.
    /// </summary>
    public bool TryDeliver(Guid conversation, long term, Notice[] notices, string? except)
    {
        lock (gate)
        {
            // With a second device there would be a moment when one has them and the other turns out to be leaving: that is for the grain to sort out.
            if (left || calls > 0 || term < terms.GetValueOrDefault(conversation) || account()?.Applications is not [var only])
            {
                return false;
            }

            if (only.Name != except
                && !(Muted(notices, blackList()) is { } muted && MailboxOf(only.Name) is { } mailbox && mailbox.TryTake(muted)))
            {
                return false;
            }

            terms[conversation] = term;
            return true;
        }
    }

    /// <summary>Notices of this term come as a call. False: it has passed. True: <see cref="Leave"/> when they are handed over.</summary>
    public bool Enter(Guid conversation, long term)
    {
        lock (gate)
        {
            if (term < terms.GetValueOrDefault(conversation))
            {
                return false;
            }

            terms[conversation] = term;
            calls++;
            return true;
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            calls--;
        }
    }

    /// <summary>The grain goes: everything is its next activation's matter.</summary>
    public void Close()
    {
        lock (gate)
        {
            left = true;
        }
    }

    /// <summary>The same notices; nobody is woken for what a blacklisted user or this user wrote. Null: the blacklist has to be known for it.</summary>
    public Notice[]? Muted(Notice[] notices, IReadOnlySet<string>? silent)
    {
        Notice[]? muted = null;
        for (var i = 0; i < notices.Length; i++)
        {
            // What has no author cannot be muted: the user's own badge.
            if (notices[i].Push is not { AuthorId.Length: > 0 } push)
            {
                continue;
            }

            if (push.AuthorId != userId && silent is null)
            {
                return null;
            }

            if (push.AuthorId == userId || silent!.Contains(push.AuthorId))
            {
                muted ??= [.. notices];
                muted[i] = muted[i] with { Push = null };
            }
        }

        return muted ?? notices;
    }

    private Mailbox? MailboxOf(string application)
    {
        if (last is not { } known || known.Application != application || known.Mailbox.IsClosed)
        {
            last = mailboxes.Find(DeviceKeys.Named(userId, application)) is { } found ? (application, found) : null;
        }

        return last?.Mailbox;
    }
}
