using Messenger.Contracts;
using Messenger.Grains.Users.Sync;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Users;

/// <summary>What changed since: a page of a pass.</summary>
internal sealed partial class UserGrain
{
    /// <summary>Rows looked at in one step: a page holds rarely more.</summary>
    private const int Step = 50;

    private readonly NamedPeople _named = new();

    public async Task<Result<ResponseSync>> Sync(Caller me, RequestSync request) =>
        await FindError(me) is { } error ? error : await _syncs.Run(() => Page(me, request));

    private async Task<Result<ResponseSync>> Page(Caller me, RequestSync request)
    {
        var changes = ServiceProvider.GetRequiredService<IChanges>();

        // Before anything is read: what commits meanwhile is in the next pass.
        var now = await changes.Now();
        if (await users.Find(UserId) is not { } own)
        {
            return Error.Unauthenticated("this user was deleted: register again");
        }

        SyncToken? token = null;
        var stale = true;
        if (request.Token is { } text && (token = SyncToken.Read(text, UserId, own.Created, now.Epoch, out stale)) is null)
        {
            return Error.BadRequest("token is none of yours: send null");
        }

        var oldest = Now - (long)RemovalRow.Kept.TotalMilliseconds;
        var place = token is null || stale || token.Began < oldest || token.Start > now.Position ? SyncToken.Begin(null, now.Position, Now)
            : token.Stage == SyncStage.Done ? SyncToken.Begin(token.Start, now.Position, Now)
            : token;
        var reset = place is { Stage: SyncStage.Newest, Page: 0 };

        // With the first page, which is the position of the whole pass.
        var account = place.Page > 0 ? [] : reset ? AccountSections.All : await changes.AccountChanges(UserId, place.Since);
        var page = new SyncPage(UserId, request.Limit, me.Features, Now);
        while (place.Stage != SyncStage.Done && !page.IsFull)
        {
            place = await Fill(changes, page, place, oldest);
        }

        place = place with { Page = place.Page + 1 };
        return page.Answer(reset, account, place.Write(UserId, own.Created, now.Epoch), place.Stage != SyncStage.Done);
    }

    /// <summary>One step of a pass: fills the page, and says where it goes on.</summary>
    private async Task<SyncToken> Fill(IChanges changes, SyncPage page, SyncToken place, long oldest)
    {
        switch (place.Stage)
        {
            case SyncStage.Removed:
                var room = page.RemovedRoom;
                var removed = await changes.Removed(UserId, place.Since, place.At.Conversation, room, oldest);
                foreach (var row in removed)
                {
                    page.Add(row);
                }

                return removed.Count < room ? place with { Stage = SyncStage.People, At = SyncToken.Opening(newest: false) }
                    : place with { At = new ActiveConversation(removed[^1].Conversation, 0) };
            case SyncStage.People:
                return await People(changes, page, place);
            case SyncStage.Newest:
                var newest = await changes.Newest(UserId, place.At, Math.Min(page.Room, Step));
                return await Conversations(changes, page, place, newest) is { } last ? place with { At = last }
                    : place with { Stage = SyncStage.Moved, At = SyncToken.Opening(newest: false) };
            default:
                var since = place.Stage == SyncStage.Moved ? place.Start : place.Since;
                var changed = await changes.Changed(UserId, since, place.At.Conversation, Math.Min(page.Room, Step));
                return await Conversations(changes, page, place, [.. changed.Select(one => new ActiveConversation(one, 0))]) is { } end
                    ? place with { At = end }
                    : place with { Stage = SyncStage.Done, At = SyncToken.Opening(newest: false) };
        }
    }

    private async Task<SyncToken> People(IChanges changes, SyncPage page, SyncToken place)
    {
        var ids = await changes.ChangedPeople(UserId, place.Since, place.Person, Step);
        foreach (var info in await InfoOf([.. ids]))
        {
            if (!page.TryAdd(info))
            {
                return place;
            }

            place = place with { Person = info.UserId };
        }

        return ids.Count < Step ? place with { Stage = SyncStage.Changed, Person = "" } : place;
    }

    /// <summary>Adds these, as far as there is room; gives the last one that needs no look any more, or null where there was none.</summary>
    private async Task<ActiveConversation?> Conversations(IChanges changes, SyncPage page, SyncToken place, IReadOnlyList<ActiveConversation> wanted)
    {
        if (wanted.Count == 0)
        {
            return null;
        }

        var rows = (await changes.Read(UserId, [.. wanted.Select(one => one.Conversation)])).ToDictionary(row => row.Conversation);
        var people = (await users.FindMany([.. rows.Values.SelectMany(SyncPage.People).Distinct(StringComparer.Ordinal)]))
            .ToDictionary(row => row.UserId, StringComparer.Ordinal);
        var showing = await Showing(people.Keys);
        var blackList = await BlackList();
        string[] peers = [.. rows.Values.SelectMany(row => SyncPage.Peers(row, UserId)).Distinct(StringComparer.Ordinal)];
        var blacklisting = peers.Length == 0 ? [] : (await users.BlackListing(UserId, peers)).ToHashSet(StringComparer.Ordinal);
        var done = place.At;
        foreach (var one in wanted)
        {
            // One that was left since it was found is told as removed in the next pass.
            if (!page.Has(one.Conversation) && rows.TryGetValue(one.Conversation, out var row))
            {
                var fresh = _named.Fresh(place.Pass, place.Page, SyncPage.People(row));
                var blocked = row.Header.IsDialog && SyncPage.Peers(row, UserId).All(peer => blackList.Contains(peer) || blacklisting.Contains(peer));
                var members = fresh.Select(id => Profiles.Member(id, people.GetValueOrDefault(id), blackList.Contains(id), showing.Contains(id), Now));
                if (!page.TryAdd(row, blocked, [.. members]))
                {
                    return done;
                }
            }

            done = one;
        }

        return done;
    }
}
