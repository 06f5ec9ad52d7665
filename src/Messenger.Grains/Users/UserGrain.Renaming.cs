using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.State;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Storage;

namespace Messenger.Grains.Users;

/// <summary>Rows of earlier releases hold uuids as they are: they are replaced when the user is first heard of again.</summary>
internal sealed partial class UserGrain
{
    /// <summary>The account without open uuids, on disk as well. Can be repeated: what a crash interrupts is done by the next activation.</summary>
    private async Task<Account> Renamed(Account account)
    {
        string[] open = [.. account.Applications.Select(application => application.Uuid).OfType<string>()];
        if (open.Length == 0)
        {
            return account;
        }

        foreach (var application in account.Applications.Where(application => application.Uuid is not null))
        {
            if (application.Target(Now) is { } target)
            {
                await _devices[application.Name].SetPushTarget(target);
            }

            await ForgetDevice(application.Uuid!);
        }

        foreach (var uuid in account.Closing)
        {
            await ForgetDevice(uuid);
        }

        return await _account.Change(before => before with
        {
            Applications = open.Aggregate(before.Applications, (applications, uuid) => Applications.Sealed(applications, UserId, uuid, _seal)),
            Closing = [.. before.Closing.Select(ApplicationNames.Of)],
        });
    }

    /// <summary>The row of a device whose key is an open uuid. Its inbox goes with it: whoever comes with a cursor of it resynchronises.</summary>
    private async Task ForgetDevice(string uuid)
    {
        var storage = ServiceProvider.GetRequiredKeyedService<IGrainStorage>("state");
        var device = GrainFactory.GetGrain<IDeviceGrain>(DeviceKeys.Named(UserId, uuid)).GetGrainId();
        var row = new GrainState<DeviceState>();
        await storage.ReadStateAsync("device", device, row);
        if (row.RecordExists)
        {
            await storage.ClearStateAsync("device", device, row);
        }
    }
}
