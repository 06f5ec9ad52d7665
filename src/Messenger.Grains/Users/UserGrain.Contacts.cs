using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Ports.Flow;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Grains.Users;

/// <summary>The contact list, and which of a phone's contacts are here.</summary>
internal sealed partial class UserGrain : IUserDiscovery
{
    private readonly AsyncLock _contactWrites = new();
    private ContactTotals? _contactTotals;
    private TokenBucket _discoveryCalls = new(options.Value.DiscoveryCallsPerMinute, options.Value.DiscoveryCallsPerMinute, TimeSpan.FromMinutes(1));

    public async Task<Result<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request)
    {
        if (await FindError(me, request.UserId) is { } error)
        {
            return error;
        }

        // In turn with the changes: the list and its version are of one moment.
        return await _contactWrites.Run<Result<ResponseContactList>>(async () =>
        {
            await MoveContacts();
            var totals = _contactTotals ??= await contactStore.TotalsOf(UserId);
            var rows = await contactStore.Of(UserId);
            return new ResponseContactList(
                [.. rows.Select(row => new Contact(row.ContactId, row.IdEncrypted, row.NickEncrypted, row.FingerprintEncrypted))], VersionFor(me, totals.Version));
        });
    }

    public Task<Result> UpdateContactList(Caller me, RequestUpdateContactList request) => TellChanged(me, AccountSections.Contacts, ReplaceContacts(me, request));

    private async Task<Result> ReplaceContacts(Caller me, RequestUpdateContactList request) =>
        await FindError(me)
        ?? (request.Merge ? null : await UnlessVouched(me))
        ?? await Pay(WriteCost.Of(audience: 1, request.ContactList.Sum(Contacts.Characters)))
        ?? await ChangeContacts(request.ContactList, replace: !request.Merge, request.IfVersion);

    public Task<Result> UpdateContact(Caller me, UpdateContact request) => TellChanged(me, AccountSections.Contacts, PutContact(me, request));

    private async Task<Result> PutContact(Caller me, UpdateContact request)
    {
        if ((await FindError(me, request.UserId)
            ?? await Pay(WriteCost.Of(Applications.MaxApplications, Contacts.Characters(request.Contact)))
            ?? await ChangeContacts([request.Contact], replace: false, request.IfVersion)).Error is { } error)
        {
            return error;
        }

        // Awaited: with the answer the other devices know, or know that they must resynchronise.
        await _devices.Tell((await _account.Load()).Applications, new UpdateContactNotification(UserId, request.Contact.ContactId), me.Application);
        return Result.Ok;
    }

    public async Task<Result<ResponseRegisteredUsers>> GetRegisteredUsers(Caller me, RequestGetRegisteredUsers request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        string[] wanted = [.. request.CheckUserList.Distinct(StringComparer.Ordinal)];
        if ((SpendCall() ?? await SpendIds(wanted)) is { } tooMany)
        {
            return tooMany;
        }

        var registered = wanted.Length == 0 ? [] : (await users.Discoverable(wanted)).ToHashSet(StringComparer.Ordinal);
        return new ResponseRegisteredUsers([.. wanted.Where(registered.Contains)]);
    }

    /// <summary>What one contact costs does not grow with the list: its totals are known, and its row is one. What would change nothing rests on no version.</summary>
    private Task<Result> ChangeContacts(Contact[] contacts, bool replace, long? ifVersion) => _contactWrites.Run<Result>(async () =>
    {
        await MoveContacts();
        var rows = Contacts.Rows(contacts);
        var known = _contactTotals ??= await contactStore.TotalsOf(UserId);
        var before = replace ? known with { Count = 0, Characters = 0, Place = 0 } : known;
        var there = !replace ? await contactStore.Find(UserId, [.. rows.Select(row => row.ContactId)])
            : known.Count == rows.Length ? await contactStore.Of(UserId)
            : [];
        if (replace ? known.Count == rows.Length && rows.SequenceEqual(there) : there.Count == rows.Length && rows.All(there.Contains))
        {
            return Result.Ok;
        }

        var after = before with
        {
            Count = before.Count + rows.Length - (replace ? 0 : there.Count),
            Characters = before.Characters + rows.Sum(row => row.Characters) - (replace ? 0 : there.Sum(row => row.Characters)),
            Place = before.Place + rows.Length,
            Version = known.Version + 1,
        };
        if ((Contacts.FindError(after) ?? Stale(ifVersion, known.Version)) is { } error)
        {
            return error;
        }

        // Known again when it is on disk: a write that failed may have been done.
        _contactTotals = null;
        await contactStore.Put(UserId, rows, before.Place, after.Version, replace);
        _contactTotals = after;
        return Result.Ok;
    });

    /// <summary>The one record of an earlier release becomes rows, and is forgotten. Can be repeated.</summary>
    private async Task MoveContacts()
    {
        if ((await _contacts.Load()).Contacts is { Length: > 0 } earlier)
        {
            // Nobody saw this list with a version: the move keeps it.
            var totals = await contactStore.TotalsOf(UserId);
            await contactStore.Put(UserId, Contacts.Rows(earlier), totals.Place, totals.Version, replace: false);
            _contactTotals = null;
            await _contacts.Erase();
        }
    }

    /// <summary>Kept in memory: a rate alone. What a sweep is about is the budget.</summary>
    private Error? SpendCall()
    {
        if (!options.Value.LimitsEnabled)
        {
            return null;
        }

        // In ticks: an elapsed time is made by way of a double, and three seconds of a large one are a little less than three.
        var now = timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch;
        return _discoveryCalls.TryTake(now) ? null : TooMany(_discoveryCalls.SecondsUntil(now));
    }

    /// <summary>Whatever tells whether somebody is registered costs of one budget. On disk before anything is told; the store away: nothing is told.</summary>
    private async Task<Error?> SpendIds(IEnumerable<string> ids)
    {
        if (!options.Value.LimitsEnabled)
        {
            return null;
        }

        var (wait, fresh) = (0, 0);
        await _discovery.Change(before =>
        {
            (var after, wait, fresh) = Discovery.Spend(before, ids.Where(id => id != UserId), options.Value.DiscoveryIdsPerDay, Now);
            return after;
        });
        if (wait > 0)
        {
            return TooMany(wait);
        }

        UserMeter.Discovered.Add(fresh);
        return null;
    }

    public async Task<Result> MayLearnOf(Caller me, Immutable<string[]> userIds) =>
        (await FindError(me) ?? await SpendIds(userIds.Value)) is { } error ? error : Result.Ok;

    private static Error TooMany(int wait)
    {
        UserMeter.DiscoveryRefused.Add(1);
        return Error.TooManyRequests("too many users looked up", wait);
    }
}
