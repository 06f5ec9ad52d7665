using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Creating a conversation.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>
    /// People up to whose number everyone hears of everyone added. A larger group tells each person of itself alone, and the rest with
    /// RequestGetMembersList: else creating one of 10 000 would send a hundred million notifications.
    /// </summary>
    private const int IntroducedToEveryone = 200;

    public Task<Result<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request) => Create(me, request, otherwise: null);

    public Task<Result<ResponseCreateConversation>> CreateUnlessNew(Caller me, RequestCreateConversationFull request, Error otherwise) =>
        Create(me, request, otherwise);

    private async Task<Result<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request, Error? otherwise)
    {
        var people = Invited(me, request);
        (LiveConversation Live, MemberRow Member)? existing = null;
        LiveConversation? created = null;
        Error? unasked = null;
        IReadOnlySet<string>? blacklisting = null;
        var payment = budgets.For(me.UserId);
        var outcome = await InTurn(live =>
        {
            if (live is not null)
            {
                return Existing(live, me, out existing);
            }

            if (created is { LostItsPlace: true })
            {
                // Both created one at the same time, and the other one is there: decided again by what is so now.
                (created, blacklisting, unasked) = (null, null, null);
            }

            if (created is not null)
            {
                return NotConfirmed();
            }

            if (_loading is { } loading)
            {
                // What it finds would take the place of what is created here.
                return Decision.After(loading);
            }

            if (otherwise is not null)
            {
                return otherwise;
            }

            if (Shape(me, request, people) is { } fault)
            {
                return Error.BadRequest(fault);
            }

            if (!IsOwn(me, request.SessionKeyValue))
            {
                return SomebodyElses;
            }

            return blacklisting is null ? Decision.After(Ask())
                : unasked is not null ? unasked
                : Unpaid(payment, CostOf(people)) ?? Create(me, request, people, blacklisting, out created);
        });
        if (outcome.Error is { } error)
        {
            return error;
        }

        var (shown, unread) = existing is { } found ? (found.Live, await Unread(found.Live, found.Member)) : (created!, 0);
        return new ResponseCreateConversation(See(shown, unread));

        async Task Ask()
        {
            var others = people.Keys.ToList();

            // What is not there is told last, and costs of the budget of discovery: only from there on an answer says who is registered.
            unasked = (await users.BlackListing(me.UserId, others)).Count > 0 ? Error.Forbidden("somebody does not let you add them")
                : request.IsDialog && others is [var peer] && await directory.OpenDialogOf(me.UserId, peer) is { } open ? HasDialog(open)
                : await Undiscovered(me, others)
                    ?? ((await users.Registered(others)).Count < others.Count
                        ? Error.NotFound("somebody is not registered: ask RequestGetRegisteredUsers")
                        : await Crowding(me.UserId, others));
            blacklisting = request.IsDialog && others is [var other] ? (await users.BlackListing(other, [me.UserId])).ToHashSet(StringComparer.Ordinal) : new HashSet<string>();
        }
    }

    private static Error HasDialog(string open) =>
        Error.Conflict($"you have a dialog with this person: {open}") with { ConversationUuid = open };

    private static Dictionary<string, (string Key, bool Admin)> Invited(Caller me, RequestCreateConversationFull request)
    {
        var people = new Dictionary<string, (string Key, bool Admin)>(StringComparer.Ordinal);
        foreach (var (user, key) in request.Admins ?? [])
        {
            people[user] = (key, true);
        }

        foreach (var (user, key) in request.Members ?? [])
        {
            people.TryAdd(user, (key, request.IsDialog));
        }

        people.Remove(me.UserId);
        return people;
    }

    /// <summary>Where everyone hears of everyone that is the square of them.</summary>
    private static WriteCost CostOf(Dictionary<string, (string Key, bool Admin)> people)
    {
        var everyone = people.Count + 1;
        return WriteCost.Short(everyone > IntroducedToEveryone ? everyone : 2 * everyone * everyone, people.Values.Sum(one => 512L + one.Key.Length), people.Count);
    }

    private static string? Shape(Caller me, RequestCreateConversationFull request, Dictionary<string, (string Key, bool Admin)> people) =>
        request.SessionKeyValue.UserId != me.UserId ? "sessionKeyValue must be your own: its userId is not yours"
        : request.IsDialog && people.Count != 1 ? $"a dialog has exactly two people: name one besides you, not {people.Count}"
        : null;

    /// <summary>The uuid is taken: its creator gets what exists, once the entry that created it is on disk.</summary>
    private static Decision Existing(LiveConversation live, Caller me, out (LiveConversation Live, MemberRow Member)? existing)
    {
        existing = null;
        if (live.Header.Deleted)
        {
            return Error.Conflict("conversationUuid was used before: choose another");
        }

        if (live.Header.CreatorId != me.UserId || live.Roster.Member(me.UserId) is not { } member)
        {
            return Error.Conflict("conversationUuid is taken: choose another");
        }

        existing = (live, member);
        return Carried(live, entry => entry.Creates ? true : null);
    }

    private Decision Create(
        Caller me, RequestCreateConversationFull request, Dictionary<string, (string Key, bool Admin)> people, IReadOnlySet<string> blacklisting,
        out LiveConversation created)
    {
        var now = Now;
        var key = new SessionKeyHeader(Guid.Parse(request.SessionKeyUuid), request.SessionKeyUuid, now);
        var header = new ConversationRow(
            request.ConversationUuid, request.IsDialog, request.Title, me.UserId, key.Uuid, key.UuidText, now,
            HasAvatar: false, AvatarUpdated: now, Deleted: false);
        var position = 0L;

        // As the seed lists admins: those who were named first, the creator last.
        List<MemberRow> members =
        [
            .. people.Where(one => one.Value.Admin).Select(one => new MemberRow(one.Key, IsAdmin: true, Nick: null, JoinedAt: 1, LeftAt: null, position++)),
            new MemberRow(me.UserId, IsAdmin: true, request.NickEncrypted, JoinedAt: 1, LeftAt: null, position++),
            .. people.Where(one => !one.Value.Admin).Select(one => new MemberRow(one.Key, IsAdmin: false, Nick: null, JoinedAt: 1, LeftAt: null, position++)),
        ];
        var state = new ConversationState(header, 0, now, members, [key], [], Term: 0) { History = messages.History, Unaccepted = people.Keys };
        var live = new LiveConversation(Id, state, memory.Keep()) { Blacklisting = blacklisting };
        List<MessageRow> events = [.. people.Keys.Select(user => Event(live, EventTypes.Added, me.UserId, user))];
        Appended(live, events);
        _live = created = live;
        var everyone = Everyone(live);

        var value = request.SessionKeyValue;
        var mine = new SessionKeyRow(
            key.Uuid, key.UuidText, me.UserId, value.KeyEncryptedBase64, value.SignatureBase64, value.SignerUserId ?? me.UserId, value.SignerKeyPairUuid, now);
        var entry = new LogEntry(Id, live.Term)
        {
            Creates = true,
            Header = header,
            Members = members,
            NewKey = key,
            Keys = [mine, .. people.Select(one => mine with { UserId = one.Key, KeyEncrypted = one.Value.Key })],
            Messages = events,
            Invitations = [.. people.Keys.Select(user => new InvitationRow(user, me.UserId))],
            OpensDialog = request.IsDialog ? DialogPair.Of(me.UserId, people.Keys.Single()) : null,
        };
        return Decision.Handed(Created());

        async Task<Result?> Created()
        {
            using var place = _telling.Next();
            var outcome = await live.Commit(messages, entry);
            if (outcome == LogOutcome.Fenced)
            {
                // Somebody else created it at the same time, on another silo: decided again by what that one made.
                Drop(live, outcome);
                return null;
            }

            if (outcome == LogOutcome.DialogTaken)
            {
                live.LostItsPlace = true;
                Drop(live, outcome);
                return null;
            }

            if (outcome != LogOutcome.Committed)
            {
                _unknownOutcomes.Add();
                return Drop(live, outcome);
            }

            place.Tell(() => TellCreated(live, me, everyone, events, [.. people.Keys]));

            // Who blacklisted the other since it was asked did not know of this dialog yet; who does so from now on finds it in the directory.
            await RefreshBlacklisting(live);
            return Result.Ok;
        }
    }

    private void TellCreated(LiveConversation live, Caller me, List<string> everyone, List<MessageRow> events, string[] added)
    {
        if (added.Length > IntroducedToEveryone)
        {
            _fanout.Send(everyone.Select(user => (user, new[] { Introduced(live, user, me) })), me);
            return;
        }

        // The creator's other devices hear of themselves first, as the seed has it: all that they hear of a conversation made alone.
        SerializedNotification[] all = [.. added.Select(user => Introduced(live, user, me)), .. events.Select(row => Announce(live, row))];
        SerializedNotification[] own = [Introduced(live, me.UserId, me), .. all];
        _fanout.Send(everyone.Select(user => (user, user == me.UserId ? own : all)), me);
    }

    private SerializedNotification Introduced(LiveConversation live, string user, Caller creator)
    {
        var introduction = Introduction(live, user);
        return SerializedNotification.From(introduction, user == creator.UserId ? null : Woken(live, introduction, creator), Now);
    }

    private static NotificationAddMemberToConversation Introduction(LiveConversation live, string user) =>
        new(WireViews.Announced(live.Header, live.LastActive), user);

    /// <summary>Rows that are about to be committed are what memory shows from now on.</summary>
    private static void Appended(LiveConversation live, IReadOnlyList<MessageRow> rows)
    {
        foreach (var row in rows)
        {
            live.Remember(row);
            var others = live.Roster.Member(row.UserId) is null ? live.Roster.Present.Count : live.Roster.Present.Count - 1;
            live.Receipts.Placed(row, 1 + others);
            live.Receipts.Kept(row);
        }
    }
}
