using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>An application changes what it logs in with.</summary>
internal sealed partial class UserGrain
{
    public async Task<Result> Rotate(Caller me, string nextUuid)
    {
        if (await CoolingUntil(me.Application) is > 0 and var until)
        {
            return Cooling(until);
        }

        var next = Credential.Of(UserId, nextUuid, _seal);
        var taken = false;
        await _account.Change(before =>
        {
            var own = before.Applications.FirstOrDefault(application => application.Name == me.Application);
            taken = own is null || before.Applications.Any(other => other != own && (other.Has(next.Name) || other.Name == next.Name))
                || own.Void.Any(former => former.Name == next.Name);
            return taken || own!.Has(next.Name) ? before
                : before with { Applications = [.. before.Applications.Select(application => application == own ? own with { Next = next } : application)] };
        });
        return taken ? Error.Conflict("nextUuid is, or was, an application's: draw another") : Result.Ok;
    }

    /// <summary>A login with a credential that was given up: somebody kept it. The devices are told once, and the application that had it cools.</summary>
    private async Task FormerUsed(string credential)
    {
        Application? whose = null;
        var account = await _account.Change(before =>
        {
            whose = Vouching.Former(before.Applications, credential, Now);
            return whose is null ? before : before with
            {
                Applications = [.. before.Applications.Select(application => application != whose ? application : application with
                {
                    Void = [.. application.Void.Where(former => former.Name != credential)],
                    CoolingUntil = Now + (long)options.Value.Cooling.TotalMilliseconds,
                })],
            };
        });
        if (whose is null)
        {
            return;
        }

        await WithNames();
        _ = _devices.Tell(account.Applications, new AuthenticationByApplicationNotification(whose.Info(UserId, whose.PublicName ?? "", online: false)), except: null);
        await Alarm(PushKinds.Application, except: null);

        // Its gateway learns by the next login that it is cooling.
        await _devices[whose.Name].Close(CloseCode.ContinuityLost);
    }
}
