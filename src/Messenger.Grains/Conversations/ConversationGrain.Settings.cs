using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Title, nicks, the end of it.</summary>
internal sealed partial class ConversationGrain
{
    public async Task<Answer> UpdateMemberNick(Caller me, UpdateMemberNick request)
    {
        if (me.Unless(request.UserId) is { } foreign)
        {
            return foreign;
        }

        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        if (member.Nick == request.NickEncrypted)
        {
            return await Confirmed(live);
        }

        var renamed = member with { Nick = request.NickEncrypted };
        live.Roster.Put(renamed);
        if (await Commit(live, new LogEntry(Id, live.Term) { Members = [renamed] }) is { } refusal)
        {
            return refusal;
        }

        Tell(live, [], Everyone(live), me, new ConversationNickUpdatedNotification(live.Header.UuidText, me.UserId));
        return Answer.Ok;
    }

    public async Task<Answer> Rename(Caller me, RequestRenameConversation request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var live = here.Live;
        if (!live.Roster.IsAdmin(me.UserId))
        {
            return Refused.Forbidden("admins only");
        }

        if (live.Header.Title == request.Title)
        {
            return await Confirmed(live);
        }

        live.Header = live.Header with { Title = request.Title };
        var renamed = Event(live, EventTypes.Renamed, me.UserId, null);
        Appended(live, [renamed]);
        if (await Commit(live, new LogEntry(Id, live.Term) { Header = live.Header, Messages = [renamed] }) is { } refusal)
        {
            return refusal;
        }

        Tell(live, [renamed], Everyone(live), me, new NotificationRenameConversation(live.Header.UuidText, request.Title));
        return Answer.Ok;
    }

    public async Task<Answer> Delete(Caller me, RequestDeleteConversation request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        // Both sides of a dialog are its admins.
        return here.Live.Roster.IsAdmin(me.UserId) ? await DeleteForAll(here.Live, me) : Refused.Forbidden("admins only");
    }

    private async Task<Answer> DeleteForAll(LiveConversation live, Caller me)
    {
        var header = live.Header;
        live.Header = header with { Deleted = true, Title = null };
        if (await Commit(live, new LogEntry(Id, live.Term) { Header = live.Header }) is { } refusal)
        {
            return refusal;
        }

        Tell(live, [], Everyone(live), me, new NotificationConversationDeleted(header.UuidText));
        return Answer.Ok;
    }
}
