using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Another key for what is sealed, while everything runs.</summary>
internal sealed partial class UserGrain
{
    public async Task<Result<Resealed>> Reseal(bool dryRun)
    {
        if (await users.Find(UserId) is not { } row)
        {
            return NotRegistered();
        }

        var account = await _account.Load();
        Credential[] stale = [.. account.Applications.SelectMany(Applications.Credentials)
            .Concat(account.Linked.Select(linked => linked.Credential)).Where(credential => _seal.IsStale(UserId, credential.Sealed))];
        var found = new Resealed(stale.Length, stale.Count(credential => _seal.Unseal(UserId, credential.Sealed) is null), account.Lock?.IsStale(_seal) == true);
        if (!dryRun)
        {
            // Another object: it is written, with the tokens, whether or not a credential of it was stale.
            account = await _account.Change(before => before with
            {
                Applications = Array.ConvertAll(before.Applications, application => Applications.Resealed(application, UserId, _seal)),
                Linked = Array.ConvertAll(before.Linked, linked => linked with { Credential = linked.Credential.Renewed(UserId, _seal) }),
            });
            foreach (var application in account.Applications.Where(application => application.DeviceToken is not null && !row.Suspended))
            {
                await _devices[application.Name].SetPushTarget(application.Target(Now));
            }
        }

        return found;
    }
}
