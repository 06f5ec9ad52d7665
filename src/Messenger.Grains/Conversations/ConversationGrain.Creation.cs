using Messenger.Grains.Devices;
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

    public async Task<Answer<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request)
    {
        if (await Existing(me) is { } answer)
        {
            return answer;
        }

        var people = Invited(me, request);
        if (Shape(me, request, people) is { } fault)
        {
            return Refused.BadRequest(fault);
        }

        var others = people.Keys.ToList();
        var registered = await users.Registered(others);
        if (registered.Count < others.Count)
        {
            return Refused.NotFound("somebody is not registered: ask RequestGetRegisteredUsers");
        }

        if ((await users.BlackListing(me.UserId, others)).Count > 0)
        {
            return Refused.Forbidden("somebody does not let you add them");
        }

        // Another call may have created it while the directory was asked.
        return await Existing(me) ?? await Create(me, request, people);
    }

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

    private static string? Shape(Caller me, RequestCreateConversationFull request, Dictionary<string, (string Key, bool Admin)> people) =>
        request.SessionKeyValue.UserId != me.UserId ? "sessionKeyValue must be your own: its userId is not yours"
        : request.IsDialog && people.Count != 1 ? $"a dialog has exactly two people: name one besides you, not {people.Count}"
        : null;

    /// <summary>The answer when the uuid is taken: what exists, to its creator.</summary>
    private async Task<Answer<ResponseCreateConversation>?> Existing(Caller me)
    {
        if (await Loaded() is not { } live)
        {
            return null;
        }

        if (live.Header.Deleted)
        {
            return Refused.Conflict("conversationUuid was used before: choose another");
        }

        if (live.Header.CreatorId != me.UserId || live.Roster.Member(me.UserId) is not { } member)
        {
            return Refused.Conflict("conversationUuid is taken: choose another");
        }

        return (await Confirmed(live)).Refusal is { } refusal
            ? refusal
            : new ResponseCreateConversation(See(live, await Unread(live, member)));
    }

    private async Task<Answer<ResponseCreateConversation>> Create(
        Caller me, RequestCreateConversationFull request, Dictionary<string, (string Key, bool Admin)> people)
    {
        var now = Now;
        var key = new SessionKeyHeader(Guid.Parse(request.SessionKeyUuid), request.SessionKeyUuid, now);
        var header = new ConversationRow(
            request.ConversationUuid, request.IsDialog, request.Title, me.UserId, key.Uuid, key.UuidText, now,
            HasAvatar: false, AvatarUpdated: now, Deleted: false);
        var position = 0L;
        List<MemberRow> members =
        [
            new MemberRow(me.UserId, IsAdmin: true, request.NickEncrypted, JoinedAt: 1, LeftAt: null, position++),
            .. people.Select(one => new MemberRow(one.Key, one.Value.Admin, Nick: null, JoinedAt: 1, LeftAt: null, position++)),
        ];
        var live = new LiveConversation(Id, new ConversationState(header, 0, now, members, [key], [], Term: 0));
        List<MessageRow> events = [.. people.Keys.Select(user => Event(live, EventTypes.Added, me.UserId, user))];
        Appended(live, events);
        _live = live;

        var value = request.SessionKeyValue;
        var mine = new SessionKeyRow(
            key.Uuid, key.UuidText, me.UserId, value.KeyEncryptedBase64, value.SignatureBase64, value.SignerUserId ?? me.UserId, value.SignerKeyPairUuid, now);
        var entry = new LogEntry(Id, live.Term)
        {
            Header = header,
            Members = members,
            NewKey = key,
            Keys = [mine, .. people.Select(one => mine with { UserId = one.Key, KeyEncrypted = one.Value.Key })],
            Messages = events,
        };
        if (await Commit(live, entry) is { } refusal)
        {
            return refusal;
        }

        // Who blacklisted the other before there was this dialog; who does so from now on finds it in the directory.
        live.Blacklisting = await BlacklistingIn(live);
        TellCreated(live, me, events, [.. people.Keys]);
        return new ResponseCreateConversation(See(live, 0));
    }

    private void TellCreated(LiveConversation live, Caller me, List<MessageRow> events, string[] added)
    {
        var everyone = live.Roster.Present.Select(member => member.UserId);
        if (added.Length <= IntroducedToEveryone)
        {
            Tell(live, events, everyone, me, [.. added.Select(user => Introduction(live, user))]);
            return;
        }

        var pieces = everyone.Select(user => (user, new[] { Notice.Of(Introduction(live, user), committed: Now) }));
        _fanout.Send(pieces, me);
    }

    private static NotificationAddMemberToConversation Introduction(LiveConversation live, string user) =>
        new(Views.Announced(live.Header, live.LastCreated), user);

    /// <summary>Rows that are about to be committed are what memory shows from now on.</summary>
    private static void Appended(LiveConversation live, IReadOnlyList<MessageRow> rows)
    {
        foreach (var row in rows)
        {
            live.Remember(row);
            var others = live.Roster.Member(row.UserId) is null ? live.Roster.Present.Count : live.Roster.Present.Count - 1;
            live.Receipts.Appended(row, 1 + others);
        }
    }
}
