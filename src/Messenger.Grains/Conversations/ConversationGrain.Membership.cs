using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Who joins, who leaves, who is admin.</summary>
internal sealed partial class ConversationGrain
{
    public Task<Answer> AddMember(Caller me, RequestAddMember request) => Add(me, request.SessionKeyUuid, request.SessionKeyValue, admin: false);

    public Task<Answer> AddAdmin(Caller me, RequestAddAdmin request) => Add(me, request.SessionKeyUuid, request.SessionKeyValue, admin: true);

    public async Task<Answer> ChangeToAdmin(Caller me, RequestChangeToAdmin request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        return GroupAdminsOnly(here.Live, me) is { } refusal ? refusal
            : here.Live.Roster.Member(request.UserId) is not { } member ? Refused.NotFound("userId is no member of this conversation")
            : await Promote(here.Live, me, member);
    }

    public async Task<Answer> Kick(Caller me, RequestKickUser request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        if (GroupAdminsOnly(here.Live, me) is { } refusal)
        {
            return refusal;
        }

        if (request.UserId == me.UserId)
        {
            return Refused.BadRequest("to go yourself, send RequestLeaveConversation");
        }

        return here.Live.Roster.Ever(request.UserId) switch
        {
            null => Refused.NotFound("userId is no member of this conversation"),
            { LeftAt: not null } => await Confirmed(here.Live),
            var member => await Remove(here.Live, me, member, EventTypes.Kicked),
        };
    }

    public async Task<Answer> Leave(Caller me, RequestLeaveConversation request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        return here.Member.LeftAt is null
            ? await Remove(here.Live, me, here.Member, EventTypes.Leaved)
            : await Confirmed(here.Live);
    }

    private static Refused? GroupAdminsOnly(LiveConversation live, Caller me) =>
        live.Header.IsDialog ? Refused.Forbidden("a dialog has exactly two people, both admins")
        : live.Roster.IsAdmin(me.UserId) ? null
        : Refused.Forbidden("admins only");

    private async Task<Answer> Add(Caller me, string sessionKeyUuid, SessionKeyValue value, bool admin)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        if (Refusal(here.Live, me, sessionKeyUuid) is { } early)
        {
            return early;
        }

        if ((await users.Registered([value.UserId])).Count == 0)
        {
            return Refused.NotFound("userId is not registered: ask RequestGetRegisteredUsers");
        }

        if ((await users.BlackListing(me.UserId, [value.UserId])).Count > 0)
        {
            return Refused.Forbidden("this person does not let you add them");
        }

        // The conversation may have changed while the directory was asked.
        if (await Membership(me) is not { } still)
        {
            return NotFound();
        }

        var live = still.Live;
        return Refusal(live, me, sessionKeyUuid) is { } late ? late
            : live.Roster.Member(value.UserId) is not { } member ? await Add(live, me, value, admin)
            : admin ? await Promote(live, me, member)
            : await Confirmed(live);
    }

    private static Refused? Refusal(LiveConversation live, Caller me, string sessionKeyUuid) =>
        GroupAdminsOnly(live, me)
        ?? (live.Header.SessionKey != Guid.Parse(sessionKeyUuid) ? Refused.Conflict($"the current session key is {live.Header.SessionKeyText}") : null)
        ?? (live.Roster.Present.Count >= Limits.Members ? Refused.BadRequest($"a conversation takes at most {Limits.Members} people") : null);

    private async Task<Answer> Add(LiveConversation live, Caller me, SessionKeyValue value, bool admin)
    {
        var added = Event(live, EventTypes.Added, me.UserId, value.UserId);
        var nick = live.Roster.Nick(value.UserId);
        var member = new MemberRow(value.UserId, admin, nick, added.Sequence, LeftAt: null, live.Roster.NextPosition);
        if (live.Roster.Ever(value.UserId) is not null)
        {
            live.Receipts.CountAnew();
        }

        live.Roster.Put(member);
        Appended(live, [added]);
        var key = new SessionKeyRow(
            live.Header.SessionKey, live.Header.SessionKeyText, value.UserId, value.KeyEncryptedBase64, value.SignatureBase64,
            value.SignerUserId ?? me.UserId, value.SignerKeyPairUuid, live.Keys[live.Header.SessionKey].Created);
        var entry = new LogEntry(Id, live.Term) { Messages = [added], Members = [member], Keys = [key] };
        if (await Commit(live, entry) is { } refusal)
        {
            return refusal;
        }

        Tell(live, [added], Everyone(live), me, Introduction(live, value.UserId));
        return Answer.Ok;
    }

    private async Task<Answer> Promote(LiveConversation live, Caller me, MemberRow member)
    {
        if (member.IsAdmin)
        {
            return await Confirmed(live);
        }

        var promoted = member with { IsAdmin = true };
        live.Roster.Put(promoted);
        var changed = Event(live, EventTypes.ChangedToAdmin, me.UserId, member.UserId);
        Appended(live, [changed]);
        if (await Commit(live, new LogEntry(Id, live.Term) { Messages = [changed], Members = [promoted] }) is { } refusal)
        {
            return refusal;
        }

        Tell(live, [changed], Everyone(live), me);
        return Answer.Ok;
    }

    /// <summary>One goes. When it was the last admin, the longest-standing member becomes one; when it was the last member, the conversation goes too.</summary>
    private async Task<Answer> Remove(LiveConversation live, Caller me, MemberRow member, string eventType)
    {
        if (live.Roster.Present.Count == 1)
        {
            return await DeleteForAll(live, me);
        }

        var audience = Everyone(live);
        List<MessageRow> events = [Event(live, eventType, me.UserId, member.UserId)];
        Appended(live, events);
        List<MemberRow> changed = [member with { LeftAt = events[0].Sequence, IsAdmin = false }];
        if (live.Roster.HeirOf(member.UserId) is { } heir)
        {
            events.Add(Event(live, EventTypes.ChangedToAdmin, me.UserId, heir.UserId));
            changed.Add(heir with { IsAdmin = true });
        }

        changed.ForEach(live.Roster.Put);
        Appended(live, events[1..]);
        if (await Commit(live, new LogEntry(Id, live.Term) { Messages = events, Members = changed }) is { } refusal)
        {
            return refusal;
        }

        if (live.Header.IsDialog)
        {
            // Nobody is left whom it could keep out.
            live.Blacklisting = new HashSet<string>();
        }

        // Who goes hears of it, and of nothing after it.
        Notice[] last = [Notice.Of(new NotificationConversationLeaved(live.Header.UuidText, member.UserId), committed: Now), Announce(live, events[0])];
        Notice[] all = [.. last, .. events.Skip(1).Select(row => Announce(live, row))];
        _fanout.Send(audience.Select(user => (user, user == member.UserId ? last : all)), me);
        return Answer.Ok;
    }

    private static List<string> Everyone(LiveConversation live) => [.. live.Roster.Present.Select(member => member.UserId)];
}
