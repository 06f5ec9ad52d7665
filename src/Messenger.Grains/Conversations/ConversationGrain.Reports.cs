using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Reports to the operator.</summary>
internal sealed partial class ConversationGrain
{
    public Task<Result> ReportMessage(Caller me, AddMessageReport request)
    {
        var uuid = Guid.Parse(request.MessageUuid);
        var read = new RowsRead();
        var kept = false;
        return InTurn(live =>
        {
            if (live is not { Header.Deleted: false })
            {
                return kept ? Decision.Ok : NotFound();
            }

            // Once the report is kept, the message is marked, whatever became of the reporter meanwhile.
            if (!kept && live.Roster.Reader(me.UserId) is null)
            {
                return NotFound();
            }

            if (!read.Knows(live, uuid))
            {
                return Decision.After(read.Read(messages, live, [uuid]));
            }

            if (read.Row(live, uuid) is not { } row || (!kept && !live.Roster.Reader(me.UserId)!.Sees(row.Sequence)))
            {
                return Error.NotFound("there is no such message");
            }

            if (!kept)
            {
                return Decision.After(Keep(row));
            }

            if (row.Objectionable)
            {
                return Carried(live, entry => entry.Marks.Any(mark => mark.Objectionable && mark.Sequence == row.Sequence) ? true : null);
            }

            var marked = row with { Objectionable = true };
            live.Remember(marked);
            var audience = Onlookers(live, row);
            return Commit(live, new LogEntry(Id, live.Term) { Marks = [new MessageMark(row.Sequence, row.Deleted, Objectionable: true)] }, () =>
                Tell(live, [], audience, me, WireViews.Updated(marked, live.Header, live.Receipts.Tally(marked, live.Roster), Now)));
        });

        async Task Keep(MessageRow row)
        {
            await reports.Add(new ReportRow("message", me.UserId, row.Uuid.ToString(), Id, request.Reason, Now, row.UserId));
            kept = true;
        }
    }

    public async Task<Result> ReportConversation(Caller me, AddConversationReport request)
    {
        if (await Membership(me) is null)
        {
            return NotFound();
        }

        await reports.Add(new ReportRow("conversation", me.UserId, Id.ToString(), Id, request.Reason, Now, AuthorId: null));
        return Result.Ok;
    }
}
