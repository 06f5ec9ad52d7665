using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Users;

/// <summary>One's own devices hear what another one changed about the account, and those that were away find it when they synchronise.</summary>
internal sealed partial class UserGrain
{
    /// <summary>
    /// Tells the other devices of a change that is on disk; of a repeat too, whose first answer may have been lost before they were told. A device that
    /// cannot be told resynchronises.
    /// </summary>
    private async Task<Result> TellChanged(Caller me, string section, Task<Result> change)
    {
        var result = await change;
        if (result.Error is null)
        {
            await TellChanged(section, me.Application);
        }

        return result;
    }

    /// <summary>The mark is on disk before anybody is answered: where that fails, whoever changed it asks again.</summary>
    /// <param name="except">The name of the application that changed it.</param>
    private async Task TellChanged(string section, string? except, PushHint? badge = null)
    {
        // Without another application nobody was away: the next one begins with everything.
        if ((await _account.Load()).Applications is [var first, ..] applications && (applications.Length > 1 || first.Name != except))
        {
            await MarkChanged(section);
            await _devices.Tell(applications, new NotificationAccountChanged([section]), except, badge);
        }
    }

    private Task MarkChanged(string section) => ServiceProvider.GetService<IChanges>()?.MarkAccount(UserId, section) ?? Task.CompletedTask;
}
