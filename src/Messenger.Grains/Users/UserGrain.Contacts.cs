using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports.Flow;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>The contact list, and which of a phone's contacts are here.</summary>
internal sealed partial class UserGrain
{
    private TokenBucket _discoveryCalls = new(options.Value.DiscoveryCallsPerMinute, options.Value.DiscoveryCallsPerMinute, TimeSpan.FromMinutes(1));

    public async Task<Result<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request) =>
        await FindError(me, request.UserId) is { } error ? error : new ResponseContactList((await _contacts.Load()).Contacts);

    public Task<Result> UpdateContactList(Caller me, RequestUpdateContactList request) => TellChanged(me, AccountSections.Contacts, ReplaceContacts(me, request));

    private async Task<Result> ReplaceContacts(Caller me, RequestUpdateContactList request) =>
        await FindError(me)
        ?? (request.Merge ? null : await UnlessVouched(me))
        ?? await ChangeContacts(known => request.Merge ? Contacts.Merge(known, request.ContactList) : Contacts.Replace(request.ContactList));

    public Task<Result> UpdateContact(Caller me, UpdateContact request) => TellChanged(me, AccountSections.Contacts, PutContact(me, request));

    private async Task<Result> PutContact(Caller me, UpdateContact request)
    {
        if ((await FindError(me, request.UserId) ?? await ChangeContacts(known => Contacts.Merge(known, [request.Contact]))).Error is { } error)
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

    private async Task<Result> ChangeContacts(Func<Contact[], Contact[]> change)
    {
        Error? error = null;
        await _contacts.Change(book =>
        {
            var contacts = change(book.Contacts);
            error = Contacts.FindError(contacts);
            return error is not null || contacts.SequenceEqual(book.Contacts) ? book : new ContactBook { Contacts = contacts };
        });
        return error is null ? Result.Ok : error;
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

    private static Error TooMany(int wait)
    {
        UserMeter.DiscoveryRefused.Add(1);
        return Error.TooManyRequests("too many users looked up", wait);
    }
}
