using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Reading: pages of messages, the conversation itself. Every stay counts: former members may read what came while they were there.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Of a message that is read: its body as text, and once more on its way to the gateway.</summary>
    private const int PageBytesOfMessage = 96 * 1024;

    /// <summary>How long a page waits for those before it: half of what its caller waits.</summary>
    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(5);

    public Task<Result<ResponseGetMessages>> GetMessages(Caller me, RequestGetMessages request) => Paged(request.Size, () => ReadPage(me, request));

    public Task<Result<ResponseGetMessages>> GetMessagesFromUuid(Caller me, RequestGetMessagesFromUuid request) => Paged(request.Size, () => ReadPage(me, request));

    public Task<Result<ResponseGetMessages>> GetMessagesByUuids(Caller me, RequestGetMessagesByUuids request) =>
        Paged(request.Uuids.Length, () => ReadPage(me, request));

    /// <summary>
    /// Reads in its turn among the pages of this process: thousands of requests, each within its bounds, are too much. Others interleave while it waits, so
    /// that what is read is asked for afterwards.
    /// </summary>
    private async Task<Result<ResponseGetMessages>> Paged(int count, Func<Task<Result<ResponseGetMessages>>> read)
    {
        var bytes = count * (long)PageBytesOfMessage;
        if (!await memory.Pages.TryEnter(bytes, PageTimeout))
        {
            return Error.Unavailable("the server's memory for pages is used up", ShortMemorySeconds);
        }

        try
        {
            return await read();
        }
        finally
        {
            memory.Pages.Leave(bytes);
        }
    }

    private async Task<Result<ResponseGetMessages>> ReadPage(Caller me, RequestGetMessages request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        if (request.FromMessageUuid is null)
        {
            return await Page(live, me, Everything, request.Size, newestFirst: true);
        }

        return (await Visible(live, member, [request.FromMessageUuid])) is [var anchor]
            ? await Page(live, me, Everything with { From = anchor.Sequence + 1 }, request.Size, newestFirst: false)
            : Error.NotFound("fromMessageUuid is no message of this conversation");
    }

    private async Task<Result<ResponseGetMessages>> ReadPage(Caller me, RequestGetMessagesFromUuid request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        if (request.Uuid is null)
        {
            return await Page(live, me, Everything, request.Size, newestFirst: true);
        }

        return (await Visible(live, member, [request.Uuid])) is [var anchor]
            ? await Page(live, me, Everything with { To = anchor.Sequence - 1 }, request.Size, newestFirst: true)
            : Error.NotFound("uuid is no message of this conversation");
    }

    private async Task<Result<ResponseGetMessages>> ReadPage(Caller me, RequestGetMessagesByUuids request)
    {
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        var rows = await Visible(here.Live, here.Member, request.Uuids);
        return Seen(here.Live, me, rows.OrderByDescending(row => row.Sequence));
    }

    public async Task<Result<ResponseGetConversationFull>> Get(Caller me, RequestGetConversationFull request)
    {
        if (me.Unless(request.UserId) is { } error)
        {
            return error;
        }

        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        var last = await Read(live, me.UserId, Everything, 1, newestFirst: true);
        var unread = await Unread(live, member);
        var key = await messages.FindKey(Id, live.Header.SessionKey, me.UserId);
        return new ResponseGetConversationFull(
            See(live, unread).For(live.Header, me.Features),
            last is [var row] ? Seen(live, me, row) : null,
            key is null ? null : WireViews.SessionKey(key, live.Header));
    }

    public async Task<Result<ResponseGetMembersList>> GetMembersList(Caller me, RequestGetMembersList request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var people = here.Live.Roster.Present.AsEnumerable();
        if (request.After is { } after)
        {
            if (here.Live.Roster.Reader(after) is not { } last)
            {
                return Error.BadRequest("after names nobody who is or was a member here: ask without it");
            }

            // Who left since has a place still.
            people = people.Where(member => member.Position > last.Position);
        }

        var present = people.OrderBy(member => member.Position).Take(request.Limit ?? int.MaxValue).ToLookup(member => member.IsAdmin, member => member.UserId);
        return new ResponseGetMembersList([.. present[true]], [.. present[false]]);
    }

    public async Task<Result<NicksList>> GetNicks(Caller me, GetNicks request) =>
        await Membership(me) is { } here
            ? new NicksList(here.Live.Roster.Present.Where(member => member.Nick is not null).ToDictionary(member => member.UserId, member => member.Nick!))
            : NotFound();

    /// <summary>As far as it is within the asker's stays.</summary>
    private static SequenceRange Everything => new(1, long.MaxValue);

    private Task<int> Unread(LiveConversation live, MemberRow member)
    {
        var read = live.Receipts.Of(member.UserId)?.Read ?? new SequenceSet();
        return messages.CountUnread(Id, member.UserId, [.. member.Stays.SelectMany(read.Outside)]);
    }

    private static Conversation See(LiveConversation live, int unread) =>
        WireViews.Conversation(live.Header, live.Roster.Present, live.LastActive, unread, live.Blacklisting.Count > 0 || IsClosed(live));

    private Message Seen(LiveConversation live, Caller me, MessageRow row)
    {
        var readed = row.UserId == me.UserId || live.Receipts.Of(me.UserId)?.Read.Contains(row.Sequence) == true;
        var nick = Roster.Nick(live.Roster.Ever(row.UserId), row.Sequence, live.Roster.Ever(me.UserId));
        return WireViews.Message(row, live.Header, nick, live.Receipts.Tally(row, live.Roster), readed, Now).For(row, me.Features);
    }

    private ResponseGetMessages Seen(LiveConversation live, Caller me, IEnumerable<MessageRow> newestFirst) =>
        new([.. newestFirst.Select(row => Seen(live, me, row))]);

    private async ValueTask<(LiveConversation Live, MemberRow Member)?> Reader(Caller me) =>
        await Current() is { } live && live.Roster.Reader(me.UserId) is { } member ? (live, member) : null;

    private async Task<ResponseGetMessages> Page(LiveConversation live, Caller me, SequenceRange range, int size, bool newestFirst)
    {
        var rows = await Read(live, me.UserId, range, size, newestFirst);
        return Seen(live, me, newestFirst ? rows : rows.Reverse());
    }

    /// <summary>What a reader may see of a range, stay by stay: two reads for who came back once.</summary>
    private async Task<IReadOnlyList<MessageRow>> Read(LiveConversation live, string userId, SequenceRange range, int size, bool newestFirst)
    {
        var stays = live.Roster.Reader(userId)?.Stays ?? [];
        var rows = new List<MessageRow>();
        foreach (var stay in newestFirst ? stays.Reverse() : stays)
        {
            var part = new SequenceRange(Math.Max(stay.From, range.From), Math.Min(stay.To, range.To));
            if (part.From <= part.To && rows.Count < size)
            {
                rows.AddRange(await messages.Read(Id, part, size - rows.Count, newestFirst));
            }
        }

        // Who was removed while the log was read does not see what came after.
        var still = live.Roster.Reader(userId);
        rows.RemoveAll(row => still?.Sees(row.Sequence) != true);
        return rows;
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
                found.TryAdd(row.Uuid, live.Current(row));
            }
        }

        // Who was removed while the log was read does not see what came after.
        var still = live.Roster.Reader(member.UserId);
        return [.. found.Values.Where(row => still?.Sees(row.Sequence) == true)];
    }
}
