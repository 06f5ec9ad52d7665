using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Users;

/// <summary>What the operator does.</summary>
internal sealed partial class UserGrain : IUserOperations
{
    /// <summary>The type of applications that no phone registered.</summary>
    private const string OperatorsType = "operator";

    public async Task<Result<UserCard>> LookUp()
    {
        if (await users.Find(UserId) is not { } row)
        {
            return NotRegistered();
        }

        var applications = Applications.WithLogins((await _account.Load()).Applications, _logins);
        var online = await _devices.AreOnline(applications);
        return new UserCard(
            UserId, row.Suspended, row.Created, LastLogin(row), row.PublicKey is not null,
            [.. applications.Select((application, at) => new DeviceCard(
                NameOf(application), application.Type, application.Created, application.LastLogin, online[at], application.DeviceToken is not null,
                application.OsVersion, application.Vendor, application.Model))]);
    }

    public async Task<Result<Closed>> Suspend(bool suspended)
    {
        if (await users.Find(UserId) is null)
        {
            return NotRegistered();
        }

        await ChangeRow(row => row with { Suspended = suspended });
        var applications = (await _account.Load()).Applications;
        await Task.WhenAll(applications.Select(application => _devices[application.Name].SetPushTarget(
            suspended ? null : application.Target(Now))));
        return suspended ? await Close(applications, CloseCode.PolicyViolation) : new Closed(0);
    }

    public async Task<Result<Closed>> Disconnect(string? device) =>
        await Named(device) is { } named ? await Close(named, CloseCode.ContinuityLost) : NoDevice();

    public async Task<Result<PushTrials>> TestPush(string? device)
    {
        if (await Named(device) is not { } named)
        {
            return NoDevice();
        }

        var sender = ServiceProvider.GetRequiredService<IPushSender>();
        return new PushTrials(await Task.WhenAll(named.Where(application => application.DeviceToken is not null).Select(async application =>
        {
            // About nothing: the nil uuid is no conversation's.
            var outcome = await sender.Send(
                new Push(Guid.NewGuid(), application.Type, application.DeviceToken!, Guid.Empty, Guid.Empty.ToString(), 0), CancellationToken.None);
            return new PushTrial(NameOf(application), application.Type, Word(outcome.Verdict), outcome.Reason);
        })));
    }

    public async Task<Result<Opened>> Open()
    {
        var account = await _account.Load();
        if (account.Deleting || account.Applications.Any(application => application.Type != OperatorsType)
            || (account.Applications.Length == 0 && await users.Find(UserId) is not null))
        {
            return Error.Conflict("this account is a person's: only one that was made here gets another credential here");
        }

        var uuid = Guid.NewGuid().ToString();
        if (account.Applications.Length == 0)
        {
            await users.Put(Profiles.New(UserId, Now));
        }

        var confirmed = await Keep(
            new ApplicationInfo(uuid, SmsCode: null, OperatorsType, Confirmed: true, Now, UserId, DeviceToken: null, Now, Online: false, null, null, null),
            PublicNames.Draw(), coolingUntil: 0, await Connections(account));
        return confirmed.Error is { } error ? error : new Opened(UserId, uuid);
    }

    private static string NameOf(Application application) => application.Name[..16];

    private static string Word(PushVerdict verdict) => verdict switch
    {
        PushVerdict.Taken => "taken",
        PushVerdict.TokenDead => "token_dead",
        PushVerdict.Refused => "refused",
        PushVerdict.NoProvider => "no_provider",
        PushVerdict.Later => "later",
        PushVerdict.Credentials => "credentials",
        _ => "provider_later",
    };

    private static Error NotRegistered() => Error.NotFound("nobody is registered under this id");

    private static Error NoDevice() => Error.NotFound("there is no such user, or no such device of that user: look the user up");

    /// <summary>All applications, or the one of this name; null where there is none.</summary>
    private async Task<Application[]?> Named(string? device)
    {
        var applications = (await _account.Load()).Applications;
        Application[] named = [.. applications.Where(application => device is null || NameOf(application) == device)];
        return named.Length > 0 || (device is null && await users.Find(UserId) is not null) ? named : null;
    }

    private async Task<Closed> Close(Application[] applications, CloseCode code)
    {
        var online = await _devices.AreOnline(applications);

        // Those too that seem offline: a connection whose lease ran out may come back.
        await Task.WhenAll(applications.Select(application => _devices[application.Name].Close(code)));
        return new Closed(online.Count(one => one));
    }
}
