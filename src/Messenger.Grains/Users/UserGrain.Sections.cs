using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>One's own devices hear what another one changed about the account.</summary>
internal sealed partial class UserGrain
{
    /// <summary>
    /// Tells the other devices of a change that is on disk; of a repeat too, whose first answer may have been lost before they were told. A device that
    /// cannot be told resynchronises.
    /// </summary>
    private async Task<Result> TellChanged(Caller me, string section, Task<Result> change)
    {
        var result = await change;
        if (result.Error is null && (await _account.Load()).Applications is { Length: > 1 } applications)
        {
            await _devices.Tell(applications, new NotificationAccountChanged([section]), me.Application);
        }

        return result;
    }
}
