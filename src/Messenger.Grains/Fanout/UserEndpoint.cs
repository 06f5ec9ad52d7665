using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.State;

namespace Messenger.Grains.Fanout;

/// <summary>
/// What a user's grain lets everybody on its silo do without a call: hand notifications over to the user's devices there. Holds the newest term of each
/// conversation that told something, for both ways.
/// </summary>
/// <remarks>Any thread: under one lock, and nothing is waited for.</remarks>
/// <param name="account">The account as it is on disk; null when that is not known now.</param>
/// <param name="blackList">Likewise, whom the user does not want to hear from.</param>
/// <param name="mutes">Likewise, of which conversations the user wants no push; null for none.</param>
internal sealed class UserEndpoint(
    string userId, Func<Account?> account, Func<IReadOnlySet<string>?> blackList, DeviceEndpoints endpoints, TimeProvider timeProvider, Mutes? mutes = null)
{
    private static readonly IReadOnlyDictionary<Guid, long> NoMutes = new Dictionary<Guid, long>();

    private readonly Lock _gate = new();

    /// <summary>Bounded by the conversations of one person.</summary>
    private readonly Dictionary<Guid, long> _terms = [];
    private readonly RingLimit _rings = new(timeProvider);
    private (string Application, DeviceEndpoint Endpoint)? _last;
    private int _calls;
    private bool _left;

    /// <summary>
    /// As <see cref="IUserGrain.Deliver"/>, when it can be done here and now: the devices are all online and on this silo, what has to be known is
    /// known, and no hand-over that came as a call is under way, which it could overtake. False: nothing happened.
    /// </summary>
    public bool TryDeliver(Guid conversation, long term, SerializedNotification[] notifications, string? except)
    {
        lock (_gate)
        {
            // With a second device there would be a moment when one has them and the other turns out to be leaving: that is for the grain to sort out.
            if (_left || _calls > 0 || term < _terms.GetValueOrDefault(conversation) || account()?.Applications is not [var only])
            {
                return false;
            }

            ForgetWhatIsLeft(notifications);
            if (only.Name != except)
            {
                if (Muted(conversation, notifications, blackList(), mutes is null ? NoMutes : mutes.Known) is not { } muted)
                {
                    return false;
                }

                var heard = _rings.Admit(muted, userId, out var rings);
                if (EndpointOf(only.Name) is not { } endpoint || !endpoint.TryTake(heard))
                {
                    return false;
                }

                _rings.Count(rings);
            }

            _terms[conversation] = term;
            return true;
        }
    }

    /// <summary>Without the calls past which this user is rung no more; those that are left count. In the turn in which they are handed over.</summary>
    public SerializedNotification[] AdmitRings(SerializedNotification[] notifications)
    {
        lock (_gate)
        {
            var heard = _rings.Admit(notifications, userId, out var rings);
            _rings.Count(rings);
            return heard;
        }
    }

    /// <summary>Notifications of this term come as a call. False: it has passed. True: <see cref="Leave"/> when they are handed over.</summary>
    public bool Enter(Guid conversation, long term)
    {
        lock (_gate)
        {
            if (term < _terms.GetValueOrDefault(conversation))
            {
                return false;
            }

            _terms[conversation] = term;
            _calls++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _calls--;
        }
    }

    /// <summary>The grain goes: everything is its next activation's matter.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _left = true;
        }
    }

    /// <summary>
    /// The same notifications; nobody is woken for what a blacklisted user or this user wrote, or for what stands in a conversation that is muted, and signals of
    /// a blacklisted user go no further. Null: what is not wanted has to be known for it.
    /// </summary>
    public SerializedNotification[]? Muted(
        Guid conversation, SerializedNotification[] notifications, IReadOnlySet<string>? silent, IReadOnlyDictionary<Guid, long>? quiet)
    {
        SerializedNotification?[]? muted = null;
        var isQuiet = quiet is { Count: > 0 } && quiet.TryGetValue(conversation, out var until) && until > timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < notifications.Length; i++)
        {
            // What has no author cannot be muted: the user's own badge.
            var signal = notifications[i].Signal;
            if ((signal?.AuthorId ?? notifications[i].Push?.AuthorId) is not { Length: > 0 } author || (signal is not null && author == userId))
            {
                continue;
            }

            if (author != userId && (silent is null || quiet is null))
            {
                return null;
            }

            var isSilent = author != userId && silent!.Contains(author);
            if (signal is null ? author == userId || isQuiet || isSilent : isQuiet || isSilent)
            {
                muted ??= [.. notifications];
                muted[i] = signal is null ? notifications[i] with { Push = null }
                    : isSilent ? null
                    : notifications[i] with { Signal = signal with { IsMuted = true } };
            }
        }

        return muted is null ? notifications : [.. muted.OfType<SerializedNotification>()];
    }

    /// <summary>Before it is asked what is muted: who left a conversation has nothing of it any more, and begins anew after coming back.</summary>
    public void ForgetWhatIsLeft(SerializedNotification[] notifications)
    {
        if (mutes?.Known is { Count: > 0 } && Array.Exists(notifications, notification => notification.Leaves == userId))
        {
            mutes.Forget();
        }
    }

    private DeviceEndpoint? EndpointOf(string application)
    {
        if (_last is not { } known || known.Application != application || known.Endpoint.IsClosed)
        {
            _last = endpoints.Find(DeviceKeys.Named(userId, application)) is { } found ? (application, found) : null;
        }

        return _last?.Endpoint;
    }
}
