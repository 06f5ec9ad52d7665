using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Who joins, who leaves, who is admin.</summary>
internal sealed partial class ConversationGrain
{
    public Task<Result> AddMember(Caller me, RequestAddMember request) => Add(me, request.SessionKeyUuid, request.SessionKeyValue, admin: false, otherwise: null);

    public Task<Result> AddAdmin(Caller me, RequestAddAdmin request) => Add(me, request.SessionKeyUuid, request.SessionKeyValue, admin: true, otherwise: null);

    public Task<Result> AddMemberUnlessNew(Caller me, RequestAddMember request, Error otherwise) =>
        Add(me, request.SessionKeyUuid, request.SessionKeyValue, admin: false, otherwise);

    public Task<Result> AddAdminUnlessNew(Caller me, RequestAddAdmin request, Error otherwise) =>
        Add(me, request.SessionKeyUuid, request.SessionKeyValue, admin: true, otherwise);

    public Task<Result> ChangeToAdmin(Caller me, RequestChangeToAdmin request) => ChangeToAdmin(me, request, budgets.For(me.UserId));

    private Task<Result> ChangeToAdmin(Caller me, RequestChangeToAdmin request, Payment payment) => Change(me, (live, _) =>
        live.Roster.Member(request.UserId) is { IsAdmin: true } admin && !live.Header.IsDialog ? Promoted(live, admin)
        : GroupAdminsOnly(live, me) is { } error ? error
        : live.Roster.Member(request.UserId) is not { } member ? Error.NotFound("userId is no member of this conversation")
        : Unpaid(payment, WriteCost.Of(live.Roster.Present.Count, 0)) ?? Promote(live, me, member));

    public Task<Result> Kick(Caller me, RequestKickUser request) => Change(me, (live, _) =>
    {
        // Who is gone is gone, whatever became of the one who says it again.
        var ever = live.Roster.Ever(request.UserId);
        if (ever is { LeftAt: not null } && !live.Header.IsDialog)
        {
            return Gone(live, ever);
        }

        if (GroupAdminsOnly(live, me) is { } error)
        {
            return error;
        }

        return request.UserId == me.UserId ? Error.BadRequest("to go yourself, send RequestLeaveConversation")
            : ever is null ? Error.NotFound("userId is no member of this conversation")
            : Remove(live, me, ever, EventTypes.Kicked);
    });

    public Task<Result> Leave(Caller me, RequestLeaveConversation request) => InTurn(live =>
        live is not { Header.Deleted: false } || live.Roster.Reader(me.UserId) is not { } ever ? NotFound()
        : ever.LeftAt is null ? Remove(live, me, ever, EventTypes.Leaved)
        : Gone(live, ever));

    public Task<Result> EndAccount(Caller me) => InTurn(live =>
    {
        if (live is not { Header.Deleted: false } || live.Roster.Ever(me.UserId) is not { } ever)
        {
            return NotFound();
        }

        if (ever.LeftAt is null)
        {
            return Remove(live, me, ever, EventTypes.Leaved, endsAccount: true);
        }

        if (ever.Stays.Count == 0)
        {
            return Carried(live, entry => entry.Members.FirstOrDefault(row => row.UserId == me.UserId) is { } row ? row.Stays.Count == 0 : null);
        }

        var ended = ever.WithoutAccount();
        live.Roster.Put(ended);
        return Commit(live, new LogEntry(Id, live.Term) { Members = [ended], Ended = [me.UserId], Notifies = false }, () => { });
    });

    private static Decision Gone(LiveConversation live, MemberRow former) => Carried(live, entry =>
        entry.Members.FirstOrDefault(row => row.UserId == former.UserId) is { } row ? row.LeftAt == former.LeftAt : null);

    private static Decision Promoted(LiveConversation live, MemberRow admin) => Carried(live, entry =>
        entry.Members.FirstOrDefault(row => row.UserId == admin.UserId) is { } row ? row is { IsAdmin: true, LeftAt: null } : null);

    private static Error? GroupAdminsOnly(LiveConversation live, Caller me) =>
        live.Header.IsDialog ? Error.Forbidden("a dialog has exactly two people, both admins")
        : live.Roster.IsAdmin(me.UserId) ? null
        : Error.Forbidden("admins only");

    private Task<Result> Add(Caller me, string sessionKeyUuid, SessionKeyValue value, bool admin, Error? otherwise)
    {
        Error? unasked = null;
        var asked = false;
        var payment = budgets.For(me.UserId);
        return Change(me, (live, _) =>
        {
            // Who is there is there, with whatever key: the rules are for what is new.
            if (!live.Header.IsDialog && live.Roster.Member(value.UserId) is { } member && (member.IsAdmin || !admin))
            {
                return admin ? Promoted(live, member) : Carried(live, entry =>
                    entry.Members.FirstOrDefault(row => row.UserId == member.UserId) is { } row ? row.JoinedAt == member.JoinedAt && row.LeftAt is null : null);
            }

            if (otherwise is not null)
            {
                return otherwise;
            }

            if (FindError(live, me, sessionKeyUuid) is { } error)
            {
                return error;
            }

            if (!IsOwn(me, value) && live.Carrying(entry => entry.NewKey is not null ? true : null) is { } making)
            {
                // Who made the current key is asked of the store.
                return Decision.After(making);
            }

            if (!asked)
            {
                return Decision.After(Ask(live.Header.CreatorId));
            }

            var told = 2 * (live.Roster.Present.Count + 1);
            return unasked is not null ? unasked
                : live.Roster.Member(value.UserId) is { } present ? Unpaid(payment, WriteCost.Of(told, 0)) ?? Promote(live, me, present)
                : live.Roster.Present.Count >= Limits.Members ? Error.BadRequest($"a conversation takes at most {Limits.Members} people")
                : Unpaid(payment, WriteCost.Short(told, value.KeyEncryptedBase64.Length, people: 1)) ?? Add(live, me, value, admin);
        });

        async Task Ask(string creator)
        {
            unasked = !IsOwn(me, value) && !await Made(value.SignerUserId!, Guid.Parse(sessionKeyUuid)) ? SomebodyElses
                : (await users.Registered([value.UserId])).Count == 0 ? Error.NotFound("userId is not registered: ask RequestGetRegisteredUsers")
                : (await users.BlackListing(me.UserId, [value.UserId])).Count > 0 ? Error.Forbidden("this person does not let you add them")
                : await Crowding(creator, [value.UserId]);
            asked = true;
        }
    }

    private static Error? FindError(LiveConversation live, Caller me, string sessionKeyUuid) =>
        GroupAdminsOnly(live, me)
        ?? (live.Header.SessionKey != Guid.Parse(sessionKeyUuid) ? Error.Conflict($"the current session key is {live.Header.SessionKeyText}") : null);

    private Decision Add(LiveConversation live, Caller me, SessionKeyValue value, bool admin)
    {
        var known = live.Roster.Ever(value.UserId) ?? new MemberRow(value.UserId, admin, Nick: null, JoinedAt: 1, LeftAt: 0, Position: 0);
        if (known.Back(live.Head + 1, admin, live.Roster.NextPosition) is not { } member)
        {
            return Error.BadRequest("this person came and went too often: make a new conversation");
        }

        var added = Event(live, EventTypes.Added, me.UserId, value.UserId);
        live.Roster.Put(member);
        Appended(live, [added]);
        var key = new SessionKeyRow(
            live.Header.SessionKey, live.Header.SessionKeyText, value.UserId, value.KeyEncryptedBase64, value.SignatureBase64,
            value.SignerUserId ?? me.UserId, value.SignerKeyPairUuid, live.KeyCreated);
        InvitationRow[] invitations = value.UserId == live.Header.CreatorId ? [] : [new(value.UserId, live.Header.CreatorId)];
        live.Unaccepted.UnionWith(invitations.Select(one => one.UserId));
        var entry = new LogEntry(Id, live.Term) { Messages = [added], Members = [member], Keys = [key], Invitations = invitations };
        return Commit(live, entry, () => Tell(live, [added], Audience(live, added), me, Introduction(live, value.UserId)));
    }

    private Decision Promote(LiveConversation live, Caller me, MemberRow member)
    {
        var promoted = member with { IsAdmin = true };
        live.Roster.Put(promoted);
        var changed = Event(live, EventTypes.ChangedToAdmin, me.UserId, member.UserId);
        Appended(live, [changed]);
        return Commit(live, new LogEntry(Id, live.Term) { Messages = [changed], Members = [promoted] }, () => Tell(live, [changed], Audience(live, changed), me));
    }

    /// <summary>One goes. When it was the last admin, the longest-standing member becomes one; when it was the last member, the conversation goes too.</summary>
    private Decision Remove(LiveConversation live, Caller me, MemberRow member, string eventType, bool endsAccount = false)
    {
        if (live.Roster.Present.Count == 1)
        {
            return DeleteForAll(live, me);
        }

        var audience = Everyone(live);
        List<MessageRow> events = [Event(live, eventType, me.UserId, member.UserId)];
        Appended(live, events);
        var gone = member with { LeftAt = events[0].Sequence, IsAdmin = false };
        List<MemberRow> changed = [endsAccount ? gone.WithoutAccount() : gone];
        if (live.Roster.HeirOf(member.UserId) is { } heir)
        {
            events.Add(Event(live, EventTypes.ChangedToAdmin, me.UserId, heir.UserId));
            changed.Add(heir with { IsAdmin = true });
        }

        changed.ForEach(live.Roster.Put);
        Appended(live, events[1..]);
        var entry = new LogEntry(Id, live.Term)
        {
            Messages = events,
            Members = changed,
            Ended = endsAccount ? [member.UserId] : [],
            Removals = endsAccount ? [] : [Removal(member.UserId, eventType)],
            ClosesDialog = live.Header.IsDialog,
        };
        return Commit(live, entry, () =>
        {
            if (live.Header.IsDialog)
            {
                // Nobody is left whom it could keep out.
                live.Blacklisting = new HashSet<string>();
            }

            // Who goes hears of it, and of nothing after it.
            var leaved = SerializedNotification.From(new NotificationConversationLeaved(live.Header.UuidText, member.UserId), committed: Now);
            SerializedNotification[] last = [leaved with { Leaves = member.UserId }, Announce(live, events[0])];
            SerializedNotification[] all = [.. last, .. events.Skip(1).Select(row => Announce(live, row))];
            _fanout.Send(audience.Select(user => (user, user == member.UserId ? last : all)), me);
        });
    }

    private RemovalRow Removal(string userId, string eventType) =>
        new(userId, eventType == EventTypes.Kicked ? RemovalReasons.Kicked : RemovalReasons.Left, Now);

    private static List<string> Everyone(LiveConversation live) => [.. live.Roster.Present.Select(member => member.UserId)];
}
