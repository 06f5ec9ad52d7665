using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>What the operator takes away, and what it hands out about a person.</summary>
internal sealed partial class UserGrain
{
    public async Task<Result<Erased>> Erase(bool dryRun)
    {
        var account = await _account.Load();
        if (!account.Deleting && account.Applications.Length == 0 && await users.Find(UserId) is null)
        {
            return NotRegistered();
        }

        var erased = new Erased(account.Applications.Length, (await conversations.EverOf(UserId)).Count);
        if (dryRun)
        {
            return erased;
        }

        await _account.Change(MarkedForDeletion);

        // It is void from here on, whatever happens to the rest: a retry, the timer or the next activation finishes it.
        await FinishOrRetry();
        return erased;
    }

    public async Task<Result<Closed>> Revoke(string device, bool dryRun)
    {
        if (await Named(device) is not [var application])
        {
            return NoDevice();
        }

        var online = (await _devices.AreOnline([application]))[0] ? 1 : 0;
        if (!dryRun)
        {
            await Remove(application.Name);
            await TellChanged(AccountSections.Applications, except: null);
            await FinishOrRetry();
        }

        return new Closed(online);
    }

    public async Task<Result<Removed>> RemoveAvatar(bool dryRun)
    {
        if (await users.Find(UserId) is null)
        {
            return NotRegistered();
        }

        var was = (await files.Avatar(AvatarOwners.User(UserId)))?.File is not null;
        if (was && !dryRun && (await PutAvatar(null)).Error is { } error)
        {
            return error;
        }

        return new Removed(was);
    }

    public async Task<Result<KeptByUser>> Export()
    {
        if (await LookUp() is not { Value: { } card })
        {
            return NotRegistered();
        }

        var account = await _account.Load();
        return new KeptByUser(
            card.Devices, await KeptContacts(), (await _params.Load()).Params, account.Lock is not null, account.WrongLocks,
            (await _discovery.Load()).Known.Length / Discovery.Bytes);
    }

    /// <summary>In turn with the changes: an earlier release's record is not moved twice at the same time.</summary>
    private Task<Contact[]> KeptContacts() => _contactWrites.Run<Contact[]>(async () =>
    {
        await MoveContacts();
        return [.. (await contactStore.Of(UserId)).Select(row => new Contact(row.ContactId, row.IdEncrypted, row.NickEncrypted, row.FingerprintEncrypted))];
    });

    private static Account MarkedForDeletion(Account before) => before with
    {
        Deleting = true,
        PendingKeys = null,
        Closing = [.. before.Closing.Union(before.Applications.Select(application => application.Name))],
    };
}
