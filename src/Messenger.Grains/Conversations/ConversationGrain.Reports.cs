using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Reports to the operator.</summary>
internal sealed partial class ConversationGrain
{
    public async Task<Answer> ReportMessage(Caller me, AddMessageReport request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        if (await Visible(live, member, [request.MessageUuid]) is not [var row])
        {
            return Refused.NotFound("there is no such message");
        }

        await reports.Add(new ReportRow("message", me.UserId, row.Uuid.ToString(), Id, request.Reason, Now));
        if (row.Objectionable)
        {
            return await Confirmed(live);
        }

        var marked = row with { Objectionable = true };
        live.Remember(marked);
        if (await Commit(live, new LogEntry(Id, live.Term) { Marks = [new MessageMark(row.Sequence, row.Deleted, Objectionable: true)] }) is { } refusal)
        {
            return refusal;
        }

        Tell(live, [], Everyone(live), me, Views.Updated(marked, live.Header, live.Receipts.Tally(marked, live.Roster)));
        return Answer.Ok;
    }

    public async Task<Answer> ReportConversation(Caller me, AddConversationReport request)
    {
        if (await Membership(me) is null)
        {
            return NotFound();
        }

        await reports.Add(new ReportRow("conversation", me.UserId, Id.ToString(), Id, request.Reason, Now));
        return Answer.Ok;
    }
}
