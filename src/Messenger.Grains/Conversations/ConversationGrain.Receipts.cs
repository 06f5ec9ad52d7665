using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>Delivered and read.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Messages of one call whose authors are told: the newest.</summary>
    private const int ToldReceipts = 100;

    public Task<Result[]> Delivered(Caller me, Immutable<MessageDelivered[]> requests) =>
        Mark(me, [.. requests.Value.Select(request => new[] { request.MessageUuid })], read: false);

    public Task<Result[]> Readed(Caller me, Immutable<RequestMessagesReaded[]> requests) =>
        Mark(me, [.. requests.Value.Select(request => request.MessageUuids)], read: true);

    public Task<Result> MarkAllReaded(Caller me, RequestMarkAllReaded request)
    {
        IReadOnlyList<MessageRow>? newest = null;
        return Change(me, (live, member) =>
        {
            if (newest is null)
            {
                return Decision.After(ReadNewest(live));
            }

            var read = live.Receipts.Of(me.UserId)?.Read;
            List<MessageRow> told =
            [
                .. newest.Select(live.Current)
                    .Where(row => !row.IsEvent && row.UserId != me.UserId && read?.Contains(row.Sequence) != true),
            ];

            // Up to the head as it was read above: what came since was not seen by who says «all».
            var head = newest.Count > 0 ? newest[0].Sequence : 0;
            List<SequenceRange> all = [.. member.Stays.Where(stay => stay.From <= head).Select(stay => stay with { To = Math.Min(stay.To, head) })];
            var changed = false;
            all.ForEach(stay => changed |= live.Receipts.Mark(member, stay, read: true));
            return changed ? CommitReceipt(live, me, told, newest.Count > 0 ? newest[0] : null) : Received(live, me, all, read: true);
        });

        async Task ReadNewest(LiveConversation live) => newest = await Read(live, me.UserId, Everything, ToldReceipts, newestFirst: true);
    }

    /// <summary>One answer per request; all of them share one commit.</summary>
    private async Task<Result[]> Mark(Caller me, string[][] requests, bool read)
    {
        var results = new Result[requests.Length];
        var uuids = Array.ConvertAll(requests, request => Array.ConvertAll(request, Guid.Parse));
        var rows = new RowsRead(outlines: true);
        Task<LogOutcome>? ruling = null;
        var outcome = await Change(me, (live, member) =>
        {
            if (rows.Lacking(live, uuids.SelectMany(one => one)) is { Count: > 0 } lacking)
            {
                return Decision.After(rows.Read(messages, live, lacking));
            }

            ruling = live.Ruling;
            var changed = new Dictionary<Guid, MessageRow>();
            var before = new List<SequenceRange>();
            for (var i = 0; i < requests.Length; i++)
            {
                var seen = uuids[i].Select(uuid => rows.Row(live, uuid)).OfType<MessageRow>().Where(row => member.Sees(row.Sequence)).ToList();
                if (seen.Count == 0 && uuids[i].Length > 0)
                {
                    results[i] = Error.NotFound("there is no such message");
                }

                foreach (var row in seen.Where(row => row.UserId != me.UserId))
                {
                    var place = new SequenceRange(row.Sequence, row.Sequence);
                    if (live.Receipts.Mark(member, place, read))
                    {
                        changed[row.Uuid] = row;
                    }
                    else
                    {
                        before.Add(place);
                    }
                }
            }

            var told = changed.Values.OrderByDescending(row => row.Sequence).Take(ToldReceipts).ToList();
            return changed.Count > 0 ? CommitReceipt(live, me, told, read ? told[0] : null) : Received(live, me, before, read);
        });
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = results[i].Error is null ? outcome
                : ruling is not null && await ruling != LogOutcome.Committed ? NotConfirmed()
                : results[i];
        }

        return results;
    }

    /// <summary>Receipts of one member that were there before: ok once the oldest row under way that has all of them is on disk.</summary>
    private static Decision Received(LiveConversation live, Caller me, List<SequenceRange> ranges, bool read)
    {
        return Carried(live, entry => entry.Receipts.FirstOrDefault(row => row.UserId == me.UserId) is { } row ? Has(row) : null);

        bool Has(ReceiptRow row)
        {
            var known = SequenceSet.Parse(read ? row.Read : row.Delivered);
            return ranges.TrueForAll(range => known.Add(range).Count == 0);
        }
    }

    /// <summary>Commits what one member has read by now, then tells the authors and the member's other devices.</summary>
    /// <param name="upTo">The newest message that was read; null where it was delivered only.</param>
    private Decision CommitReceipt(LiveConversation live, Caller me, IReadOnlyList<MessageRow> told, MessageRow? upTo)
    {
        var commit = Commit(live, new LogEntry(Id, live.Term) { Receipts = [live.Receipts.Row(me.UserId)] });
        return Decision.Handed(AfterCommit(_telling.Next()));

        async Task<Result?> AfterCommit(TellingOrder.Place place)
        {
            using (place)
            {
                if (await commit is { } error)
                {
                    return error;
                }

                // Known without a look at the log where all is read. What is told meanwhile waits behind this.
                var (readUpTo, isUnknown) = upTo is null ? (null, false) : await ReadUpTo(live, me, upTo);
                place.Tell(() => TellReceipts(live, me, told, upTo is not null, readUpTo));
                if (isUnknown)
                {
                    _ = _fanout.RequireResync([me.UserId]);
                }

                return Result.Ok;
            }
        }
    }

    /// <summary>What is unread by now. Unknown where the store is away: then the member's devices have to ask.</summary>
    private async Task<(NotificationReadUpTo? Told, bool IsUnknown)> ReadUpTo(LiveConversation live, Caller me, MessageRow upTo)
    {
        if (live.Roster.Member(me.UserId) is not { } member)
        {
            return (null, false);
        }

        var read = live.Receipts.Of(me.UserId)?.Read ?? new SequenceSet();
        List<SequenceRange> gaps =
            [.. member.Stays.Where(stay => stay.From <= live.Head).SelectMany(stay => read.Outside(stay with { To = Math.Min(stay.To, live.Head) }))];
        try
        {
            var unread = gaps.Count == 0 ? default : await messages.FindUnread(Id, me.UserId, gaps);
            return (new NotificationReadUpTo(live.Header.UuidText, upTo.UuidText, unread.First, unread.Count), false);
        }
        catch (StoreUnavailableException)
        {
            return (null, true);
        }
    }

    private void TellReceipts(LiveConversation live, Caller me, IReadOnlyList<MessageRow> told, bool read, NotificationReadUpTo? readUpTo)
    {
        var updates = new Dictionary<string, List<SerializedNotification>>(StringComparer.Ordinal) { [me.UserId] = [] };
        foreach (var row in told.OrderBy(row => row.Sequence))
        {
            var tally = live.Receipts.Tally(row, live.Roster);
            live.Receipts.Remember(row, tally);
            var notification = SerializedNotification.From(WireViews.Updated(row, live.Header, tally, Now), committed: Now);
            updates[me.UserId].Add(notification);

            // A former member's devices are told no more, nor is who has an author's number now.
            if (live.Roster.Member(row.UserId)?.Sees(row.Sequence) == true)
            {
                if (!updates.TryGetValue(row.UserId, out var author))
                {
                    updates[row.UserId] = author = [];
                }

                author.Add(notification);
            }
        }

        var mine = updates[me.UserId];
        if (read && mine is [.., var last])
        {
            // The other phones that are away show a badge that counts what was read here.
            mine[^1] = last with { Push = PushHint.Badge(me.UserId) };
        }

        if (readUpTo is not null)
        {
            mine.Add(SerializedNotification.From(readUpTo, committed: Now));
        }

        _fanout.Send(updates.Where(one => one.Value.Count > 0).Select(one => (one.Key, one.Value.ToArray())), me);
    }
}
