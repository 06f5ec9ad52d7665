using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>Delivered and read.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Messages of one call whose authors are told: the newest.</summary>
    private const int ToldReceipts = 100;

    public Task<Answer[]> Delivered(Caller me, Immutable<MessageDelivered[]> requests) =>
        Mark(me, [.. requests.Value.Select(request => new[] { request.MessageUuid })], read: false);

    public Task<Answer[]> Readed(Caller me, Immutable<RequestMessagesReaded[]> requests) =>
        Mark(me, [.. requests.Value.Select(request => request.MessageUuids)], read: true);

    public async Task<Answer> MarkAllReaded(Caller me, RequestMarkAllReaded request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        var newest = await messages.Read(Id, VisibleTo(member), ToldReceipts, newestFirst: true);
        var read = live.Receipts.Of(me.UserId)?.Read;
        List<MessageRow> told = [.. newest.Where(row => !row.IsEvent && row.UserId != me.UserId && read?.Contains(row.Sequence) != true)];

        // Up to the head as it was read above: what came since was not seen by who says «all».
        var head = newest.Count > 0 ? newest[0].Sequence : 0;
        var changed = live.Receipts.Mark(me.UserId, new SequenceRange(member.JoinedAt, head), read: true);
        return changed ? await CommitReceipt(live, me, told) : await Confirmed(live);
    }

    /// <summary>One answer per request; all of them share one commit.</summary>
    private async Task<Answer[]> Mark(Caller me, string[][] requests, bool read)
    {
        var answers = new Answer[requests.Length];
        if (await Membership(me) is not { } here)
        {
            Array.Fill(answers, NotFound());
            return answers;
        }

        var (live, member) = here;
        var known = (await Visible(live, member, requests.SelectMany(uuids => uuids))).ToDictionary(row => row.Uuid);
        var changed = new Dictionary<Guid, MessageRow>();
        for (var i = 0; i < requests.Length; i++)
        {
            var rows = requests[i].Select(uuid => known.GetValueOrDefault(Guid.Parse(uuid))).OfType<MessageRow>().ToList();
            if (rows.Count == 0 && requests[i].Length > 0)
            {
                answers[i] = Refused.NotFound("there is no such message");
            }

            foreach (var row in rows.Where(row => row.UserId != me.UserId))
            {
                if (live.Receipts.Mark(me.UserId, new SequenceRange(row.Sequence, row.Sequence), read))
                {
                    changed[row.Uuid] = row;
                }
            }
        }

        var told = changed.Values.OrderByDescending(row => row.Sequence).Take(ToldReceipts).ToList();
        var outcome = changed.Count > 0 ? await CommitReceipt(live, me, told) : await Confirmed(live);
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = answers[i].Refusal is null ? outcome : answers[i];
        }

        return answers;
    }

    /// <summary>Commits what one member has read by now, then tells the authors and the member's other devices.</summary>
    private async Task<Answer> CommitReceipt(LiveConversation live, Caller me, IReadOnlyList<MessageRow> told)
    {
        if (await Commit(live, new LogEntry(Id, live.Term) { Receipts = [live.Receipts.Row(me.UserId)] }) is { } refusal)
        {
            return refusal;
        }

        var updates = new Dictionary<string, List<Notice>>(StringComparer.Ordinal) { [me.UserId] = [] };
        foreach (var row in told.OrderBy(row => row.Sequence))
        {
            var tally = live.Receipts.Tally(row, live.Roster);
            live.Receipts.Remember(row, tally);
            var notice = Notice.Of(Views.Updated(row, live.Header, tally), committed: Now);
            updates[me.UserId].Add(notice);

            // A former member's devices are told no more.
            if (live.Roster.Member(row.UserId) is not null)
            {
                if (!updates.TryGetValue(row.UserId, out var author))
                {
                    updates[row.UserId] = author = [];
                }

                author.Add(notice);
            }
        }

        _fanout.Send(updates.Where(one => one.Value.Count > 0).Select(one => (one.Key, one.Value.ToArray())), me);
        return Answer.Ok;
    }
}
