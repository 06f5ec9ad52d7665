using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Signals: passed on and forgotten.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>A grain of one user's endpoints is called within seconds, or the user is told to resynchronise.</summary>
    private const int SignalMemorySeconds = 2;

    private SignalTraffic? _traffic;

    private SignalTraffic Traffic => _traffic ??= new SignalTraffic(memory.Signals, timeProvider);

    public Task<Result> SendSignal(Caller me, RequestSendSignal request)
    {
        var payment = budgets.For(me.UserId);
        var (conversation, uuid) = (Id, Guid.Parse(request.SignalUuid));
        IReadOnlyList<string>? ringable = null;
        return Change(me, (live, _) =>
        {
            if (Traffic.IsKnown(me.UserId, uuid))
            {
                return Decision.Ok;
            }

            if (Unsignalled(live, request) is { } error)
            {
                return error;
            }

            var others = Named(live, me, request);
            var rings = request.Ring is Rings.Start;
            if (rings && ringable is null)
            {
                return Decision.After(Ask());
            }

            // Whom it may not ring is not told of it, and whoever sends it does not learn that.
            List<string> told = rings ? [.. others.Where(ringable!.Contains)] : others;
            if (Traffic.SecondsUntilRoom(me.UserId) is > 0 and var room)
            {
                return Error.TooManyRequests("too many signals", room);
            }

            if (rings && Traffic.SecondsUntilRing(me.UserId, others) is > 0 and var wait)
            {
                return Error.TooManyRequests("too many calls", wait);
            }

            // Of all whom it names, so that a budget does not tell either who is rung.
            if (Unpaid(payment, WriteCost.Of(others.Count + 1, request.BodyEncryptedBase64.Length) with { Bytes = 0 }) is { } unpaid)
            {
                return unpaid;
            }

            return Pass(live, me, request, uuid, others, told) is { } full ? full : Decision.Ok;

            async Task Ask() => ringable = others.Count == 0 ? [] : await directory.Ringable(conversation, me.UserId, others);
        });
    }

    /// <summary>Why a conversation does not take this signal; null when it does.</summary>
    private static Error? Unsignalled(LiveConversation live, RequestSendSignal request) =>
        IsClosed(live) ? Error.Forbidden("this dialog is closed")
        : live.Header.IsDialog && live.Blacklisting.Count > 0 ? Error.Forbidden("this dialog is blocked")
        : request.Ring is Rings.Start && !live.Header.IsDialog && request.ToUserIds is null ? Error.BadRequest("a call in a group names whom it rings, in toUserIds")
        : live.HasKey(Guid.Parse(request.SessionKeyUuid)) == false ? Error.BadRequest("sessionKeyUuid is no session key of this conversation")
        : null;

    /// <summary>The members whom it names, without the actor.</summary>
    private static List<string> Named(LiveConversation live, Caller me, RequestSendSignal request) =>
        request.ToUserIds is { } named
            ? [.. named.Distinct(StringComparer.Ordinal).Where(user => user != me.UserId && live.Roster.Member(user) is not null)]
            : [.. live.Roster.Present.Where(member => member.UserId != me.UserId).Select(member => member.UserId)];

    /// <summary>The refusal when the process has no memory for it; null when it is on its way.</summary>
    private Error? Pass(LiveConversation live, Caller me, RequestSendSignal request, Guid uuid, List<string> others, List<string> told)
    {
        var notification = new NotificationSignal(
            request.SignalUuid, request.CallUuid, live.Header.UuidText, request.ToUserIds, request.SessionKeyUuid, request.IvBase64, request.BodyEncryptedBase64,
            request.Ring ?? Rings.None, request.Answered, me.UserId, Now);
        var hint = new SignalHint(me.UserId, me.Application, Id, request.CallUuid is { } call ? Guid.Parse(call) : null, request.BodyEncryptedBase64.Length * 3 / 4)
        {
            Act = request.Ring switch { Rings.Start => SignalAct.Start, Rings.Stop => SignalAct.Stop, _ => SignalAct.None },
        };
        var passed = SerializedNotification.From(notification) with { Signal = hint };
        var bytes = (long)passed.Payload.Length + request.SignalUuid.Length;
        if (!memory.Signals.TryReserve(bytes) || !Remember())
        {
            return Error.Unavailable("the server's memory for signals is used up", SignalMemorySeconds);
        }

        var deliveries = told.Select(user => (user, new[] { passed }));
        if (Own(me, request, notification, passed) is { } own)
        {
            deliveries = deliveries.Append((me.UserId, [own]));
        }

        _fanout.SendUnsettled(deliveries, over: () => memory.Signals.Release(bytes));
        return null;

        bool Remember()
        {
            if (Traffic.TryRemember(me.UserId, uuid, request.Ring is Rings.Start ? others : []))
            {
                return true;
            }

            memory.Signals.Release(bytes);
            return false;
        }
    }

    /// <summary>What the actor's own other devices are told; null for nothing.</summary>
    private static SerializedNotification? Own(Caller me, RequestSendSignal request, NotificationSignal notification, SerializedNotification passed)
    {
        if (request.Answered)
        {
            // They stop ringing, be they named or not.
            return SerializedNotification.From(notification with { Ring = Rings.Stop }) with { Signal = passed.Signal! with { Act = SignalAct.Stop } };
        }

        // Who calls it off may be who was called: what is kept for the own devices goes with it.
        var named = request.ToUserIds?.Contains(me.UserId, StringComparer.Ordinal) == true;
        return named ? passed : request.Ring is Rings.Stop ? passed with { Signal = passed.Signal! with { IsUntold = true } } : null;
    }
}
