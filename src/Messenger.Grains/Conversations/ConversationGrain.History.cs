using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Reading: pages of messages, the conversation itself. Former members may read what came before they left.</summary>
internal sealed partial class ConversationGrain
{
    public async Task<Answer<ResponseGetMessages>> GetMessages(Caller me, RequestGetMessages request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        if (request.FromMessageUuid is null)
        {
            return await Page(live, me, VisibleTo(member), request.Size, newestFirst: true);
        }

        return (await Visible(live, member, [request.FromMessageUuid])) is [var anchor]
            ? await Page(live, me, VisibleTo(member) with { From = anchor.Sequence + 1 }, request.Size, newestFirst: false)
            : Refused.NotFound("fromMessageUuid is no message of this conversation");
    }

    public async Task<Answer<ResponseGetMessages>> GetMessagesFromUuid(Caller me, RequestGetMessagesFromUuid request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        if (request.Uuid is null)
        {
            return await Page(live, me, VisibleTo(member), request.Size, newestFirst: true);
        }

        return (await Visible(live, member, [request.Uuid])) is [var anchor]
            ? await Page(live, me, VisibleTo(member) with { To = anchor.Sequence - 1 }, request.Size, newestFirst: true)
            : Refused.NotFound("uuid is no message of this conversation");
    }

    public async Task<Answer<ResponseGetMessages>> GetMessagesByUuids(Caller me, RequestGetMessagesByUuids request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        var rows = await Visible(here.Live, here.Member, request.Uuids);
        return Seen(here.Live, me, rows.OrderByDescending(row => row.Sequence));
    }

    public async Task<Answer<ResponseGetConversationFull>> Get(Caller me, RequestGetConversationFull request)
    {
        if (me.Unless(request.UserId) is { } refusal)
        {
            return refusal;
        }

        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        var last = await messages.Read(Id, VisibleTo(member), 1, newestFirst: true);
        var unread = await Unread(live, member);
        var key = await messages.FindKey(Id, live.Header.SessionKey, me.UserId);
        return new ResponseGetConversationFull(
            See(live, unread),
            last is [var row] ? Seen(live, me, row) : null,
            key is null ? null : Views.SessionKey(key, live.Header));
    }

    public async Task<Answer<ResponseGetMembersList>> GetMembersList(Caller me, RequestGetMembersList request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var present = here.Live.Roster.Present.ToLookup(member => member.IsAdmin, member => member.UserId);
        return new ResponseGetMembersList([.. present[true]], [.. present[false]]);
    }

    public async Task<Answer<NicksList>> GetNicks(Caller me, GetNicks request) =>
        await Membership(me) is { } here
            ? new NicksList(here.Live.Roster.Present.Where(member => member.Nick is not null).ToDictionary(member => member.UserId, member => member.Nick!))
            : NotFound();

    /// <summary>What this member, present or former, may see.</summary>
    private static SequenceRange VisibleTo(MemberRow member) => new(member.JoinedAt, member.LeftAt ?? long.MaxValue);

    private Task<int> Unread(LiveConversation live, MemberRow member)
    {
        var read = live.Receipts.Of(member.UserId)?.Read ?? new Intervals();
        return messages.CountUnread(Id, member.UserId, VisibleTo(member), read.ToText());
    }

    private static Conversation See(LiveConversation live, int unread) =>
        Views.Conversation(live.Header, live.Roster.Present, live.LastCreated, unread, live.Blacklisting.Count > 0);

    private static Message Seen(LiveConversation live, Caller me, MessageRow row)
    {
        var readed = row.UserId == me.UserId || live.Receipts.Of(me.UserId)?.Read.Contains(row.Sequence) == true;
        return Views.Message(row, live.Header, live.Roster.Nick(row.UserId), live.Receipts.Tally(row, live.Roster), readed);
    }

    private static ResponseGetMessages Seen(LiveConversation live, Caller me, IEnumerable<MessageRow> newestFirst) =>
        new([.. newestFirst.Select(row => Seen(live, me, row))]);

    private async ValueTask<(LiveConversation Live, MemberRow Member)?> Reader(Caller me) =>
        await Current() is { } live && live.Roster.Ever(me.UserId) is { } member ? (live, member) : null;

    private async Task<ResponseGetMessages> Page(LiveConversation live, Caller me, SequenceRange range, int size, bool newestFirst)
    {
        var rows = await messages.Read(Id, range, size, newestFirst);
        return Seen(live, me, newestFirst ? rows : rows.Reverse());
    }

    /// <summary>The rows with these uuids that this member may see; unknown ones are left out, each comes once.</summary>
    private async ValueTask<IReadOnlyList<MessageRow>> Visible(LiveConversation live, MemberRow member, IEnumerable<string> uuids)
    {
        var found = new Dictionary<Guid, MessageRow>();
        List<Guid> unknown = [];
        foreach (var uuid in uuids.Select(Guid.Parse))
        {
            if (live.Recent(uuid) is { } row)
            {
                found.TryAdd(uuid, row);
            }
            else
            {
                unknown.Add(uuid);
            }
        }

        if (unknown.Count > 0)
        {
            foreach (var row in await messages.Find(Id, unknown))
            {
                // A row that was changed while the log was read is newer in memory.
                found.TryAdd(row.Uuid, live.Recent(row.Uuid) ?? row);
            }
        }

        return [.. found.Values.Where(row => Roster.Covers(member, row.Sequence))];
    }
}
