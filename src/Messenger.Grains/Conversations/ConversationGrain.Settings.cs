using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Title, nicks, the end of it.</summary>
internal sealed partial class ConversationGrain
{
    public Task<Result> UpdateMemberNick(Caller me, UpdateMemberNick request) => me.Unless(request.UserId) is { } foreign ? Task.FromResult<Result>(foreign) : Change(me, (live, member) =>
    {
        if (member.Nick == request.NickEncrypted)
        {
            return Carried(live, entry => entry.Members.FirstOrDefault(row => row.UserId == me.UserId) is { } row ? row.Nick == member.Nick : null);
        }

        if (Blocked(live, me) is { } blocked)
        {
            return blocked;
        }

        // Who left before the sequence that is next now does not see it; who joins meanwhile need not be told.
        var renamed = member with { Nick = request.NickEncrypted, NickSince = live.Head + 1 };
        live.Roster.Put(renamed);
        var audience = Everyone(live);
        return Commit(live, new LogEntry(Id, live.Term) { Members = [renamed] }, () =>
            Tell(live, [], audience, me, new ConversationNickUpdatedNotification(live.Header.UuidText, me.UserId)));
    });

    public Task<Result> Rename(Caller me, RequestRenameConversation request) => Change(me, (live, _) =>
    {
        if (live.Header.Title == request.Title)
        {
            return Carried(live, entry => entry.Header is { } header ? header.Title == request.Title : null);
        }

        if (!live.Roster.IsAdmin(me.UserId))
        {
            return Error.Forbidden("admins only");
        }

        if (Blocked(live, me) is { } blocked)
        {
            return blocked;
        }

        live.Header = live.Header with { Title = request.Title };
        var renamed = Event(live, EventTypes.Renamed, me.UserId, null);
        Appended(live, [renamed]);
        return Commit(live, new LogEntry(Id, live.Term) { Header = live.Header, Messages = [renamed] }, () =>
            Tell(live, [renamed], Audience(live, renamed), me, new NotificationRenameConversation(live.Header.UuidText, request.Title)));
    });

    // Both sides of a dialog are its admins; one that is blocked may leave it, and not take it from the other.
    public Task<Result> Delete(Caller me, RequestDeleteConversation request) => Change(me, (live, _) =>
        Blocked(live, me) is { } blocked ? blocked : live.Roster.IsAdmin(me.UserId) ? DeleteForAll(live, me) : Error.Forbidden("admins only"));

    private Decision DeleteForAll(LiveConversation live, Caller me)
    {
        var header = live.Header;
        var audience = Everyone(live);
        live.Header = header with { Deleted = true, Title = null };
        IReadOnlyList<RemovalRow> removals = [.. audience.Select(user => new RemovalRow(user, RemovalReasons.Deleted, Now))];
        return Commit(live, new LogEntry(Id, live.Term) { Header = live.Header, Removals = removals }, () =>
            Tell(live, [], audience, me, new NotificationConversationDeleted(header.UuidText)));
    }
}
