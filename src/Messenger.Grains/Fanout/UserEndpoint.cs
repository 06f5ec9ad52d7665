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
internal sealed class UserEndpoint(string userId, Func<Account?> account, Func<IReadOnlySet<string>?> blackList, DeviceEndpoints endpoints)
{
    private readonly Lock _gate = new();

    /// <summary>Bounded by the conversations of one person.</summary>
    private readonly Dictionary<Guid, long> _terms = [];
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

            if (only.Name != except
                && !(Muted(notifications, blackList()) is { } muted && EndpointOf(only.Name) is { } endpoint && endpoint.TryTake(muted)))
            {
                return false;
            }

            _terms[conversation] = term;
            return true;
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

    /// <summary>The same notifications; nobody is woken for what a blacklisted user or this user wrote. Null: the blacklist has to be known for it.</summary>
    public SerializedNotification[]? Muted(SerializedNotification[] notifications, IReadOnlySet<string>? silent)
    {
        SerializedNotification[]? muted = null;
        for (var i = 0; i < notifications.Length; i++)
        {
            // What has no author cannot be muted: the user's own badge.
            if (notifications[i].Push is not { AuthorId.Length: > 0 } push)
            {
                continue;
            }

            if (push.AuthorId != userId && silent is null)
            {
                return null;
            }

            if (push.AuthorId == userId || silent!.Contains(push.AuthorId))
            {
                muted ??= [.. notifications];
                muted[i] = muted[i] with { Push = null };
            }
        }

        return muted ?? notifications;
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
