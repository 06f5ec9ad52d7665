using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Title, nicks, the end of it.</summary>
internal sealed partial class ConversationGrain
{
    public Task<Result> UpdateMemberNick(Caller me, UpdateMemberNick request) =>
        me.Unless(request.UserId) is { } foreign ? Task.FromResult<Result>(foreign) : Nick(me, request, budgets.For(me.UserId));

    private Task<Result> Nick(Caller me, UpdateMemberNick request, Payment payment) => Change(me, (live, member) =>
    {
        if (member.Nick == request.NickEncrypted)
        {
            return Carried(live, entry => entry.Members.FirstOrDefault(row => row.UserId == me.UserId) is { } row ? row.Nick == member.Nick : null);
        }

        if (Blocked(live, me) is { } blocked)
        {
            return blocked;
        }

        if (Unpaid(payment, WriteCost.Of(live.Roster.Present.Count, request.NickEncrypted?.Length ?? 0)) is { } unpaid)
        {
            return unpaid;
        }

        // Who left before the sequence that is next now does not see it; who joins meanwhile need not be told.
        var renamed = member with { Nick = request.NickEncrypted, NickSince = live.Head + 1 };
        live.Roster.Put(renamed);
        var audience = Everyone(live);
        return Commit(live, new LogEntry(Id, live.Term) { Members = [renamed] }, () =>
            Tell(live, [], audience, me, new ConversationNickUpdatedNotification(live.Header.UuidText, me.UserId)));
    });

    public Task<Result> Rename(Caller me, RequestRenameConversation request) => Rename(me, request, budgets.For(me.UserId));

    private Task<Result> Rename(Caller me, RequestRenameConversation request, Payment payment) => Change(me, (live, _) =>
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

        // The event and the title, each to everybody.
        if (Unpaid(payment, WriteCost.Of(2 * live.Roster.Present.Count, request.Title?.Length ?? 0)) is { } unpaid)
        {
            return unpaid;
        }

        live.Header = live.Header with { Title = request.Title };
        var renamed = Event(live, EventTypes.Renamed, me.UserId, null);
        Appended(live, [renamed]);
        return Commit(live, new LogEntry(Id, live.Term) { Header = live.Header, Messages = [renamed] }, () =>
            Tell(live, [renamed], Audience(live, renamed), me, new NotificationRenameConversation(live.Header.UuidText, request.Title)));
    });

    // Both sides of a dialog are its admins; one that is blacklisted may leave it, and not take it from the other; who is left alone may.
    public Task<Result> Delete(Caller me, RequestDeleteConversation request) => Change(me, (live, _) =>
        Blacklisted(live, me.UserId) is { } blocked ? blocked : live.Roster.IsAdmin(me.UserId) ? DeleteForAll(live, me) : Error.Forbidden("admins only"));

    private Decision DeleteForAll(LiveConversation live, Caller me)
    {
        var header = live.Header;
        var audience = Everyone(live);
        live.Header = header with { Deleted = true, Title = null };
        IReadOnlyList<RemovalRow> removals = [.. audience.Select(user => new RemovalRow(user, RemovalReasons.Deleted, Now))];
        return Commit(live, new LogEntry(Id, live.Term) { Header = live.Header, Removals = removals, ClosesDialog = header.IsDialog }, () =>
            Tell(live, [], audience, me, new NotificationConversationDeleted(header.UuidText)));
    }
}
