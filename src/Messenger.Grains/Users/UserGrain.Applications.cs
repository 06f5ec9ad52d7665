using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Applications: confirmed, authenticated, listed, deleted.</summary>
internal sealed partial class UserGrain
{
    public Task<Result> ConfirmApplication(ApplicationInfo application) => Confirm(application, registrationLock: null);

    public async Task<Result<Caller>> Authenticate(string applicationUuid)
    {
        if (await Verify(applicationUuid) is { Error: { } error })
        {
            if (error.Status != Statuses.Unauthenticated)
            {
                return error;
            }

            switch (await ConfirmLinked(applicationUuid))
            {
                case null:
                    await FormerUsed(ApplicationNames.Of(applicationUuid));
                    return error;
                case { Error: { } refused }:
                    return refused;
            }
        }

        var account = await Entered(ApplicationNames.Of(applicationUuid));
        if (Own(account, applicationUuid) is not { } application)
        {
            return NoApplication();
        }

        if (application.Credential is not { } credential || _seal.IsStale(UserId, credential.Sealed))
        {
            account = await _account.Change(before => before with { Applications = Applications.Sealed(before.Applications, UserId, applicationUuid, _seal) });
            application = Own(account, applicationUuid) ?? application;
        }

        LoggedIn(application.Name);

        // Nearly everyone has one device: then there is nobody to tell.
        if (account.Applications.Length > 1)
        {
            account = await WithNames();
            application = Own(account, applicationUuid) ?? application;

            // Not awaited: a device whose silo hangs must not hold up the login of another. The devices' object owns it until it is told,
            // and deactivation waits for it. What a crash within these milliseconds loses is a hint that somebody logged in.
            _ = _devices.Tell(
                account.Applications,
                new AuthenticationByApplicationNotification((application with { LastLogin = Now, DeviceToken = null }).Info(UserId, application.PublicName!, online: true)), application.Name);
        }

        return Calls(application);
    }

    public async Task<Result<Caller>> Verify(string applicationUuid)
    {
        var account = await _account.Load();
        var application = Applications.Match(account.Applications, applicationUuid);
        var user = await users.Find(UserId);
        return account.Deleting || application is null || user is null ? NoApplication()
            : user.Suspended ? Error.Forbidden("this account is suspended")
            : Calls(application);
    }

    private Caller Calls(Application application) => new(UserId, application.Name) { CoolingUntil = application.IsCooling(Now) ? application.CoolingUntil : 0, ApplicationType = application.Type };

    /// <summary>What a login changes: its credential counts from now on alone, and of a vouched one wrong locks are forgotten.</summary>
    private async Task<Account> Entered(string credential)
    {
        var account = await _account.Load();
        var own = account.Applications.First(application => application.Has(credential));
        var forgets = account.WrongLocks.Length > 0 && !own.IsCooling(Now);
        return own.Next?.Name != credential && !forgets ? account : await _account.Change(before => before with
        {
            Applications = Array.ConvertAll(before.Applications, application => Vouching.Promoted(application, credential, Now)),
            WrongLocks = forgets ? [] : before.WrongLocks,
        });
    }

    public async Task<Result<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        var applications = Applications.WithLogins((await WithNames()).Applications, _logins);
        var online = await _devices.AreOnline(applications);
        var now = Now;
        var infos = applications.Select((application, at) => Shown(me, application, online[at], now));
        if (request.Confirmed is not true)
        {
            infos = infos.Concat(await GrainFactory.GetGrain<IRegistrationGrain>(UserId).Pending());
        }

        return new ResponseApplicationsFull([.. infos.OrderByDescending(info => info.Created)]);
    }

    /// <summary>One of the list, as this application sees it: a push token is told to its own alone, since who has it can be pushed to in its place.</summary>
    private ApplicationInfo Shown(Caller me, Application application, bool online, long now)
    {
        var info = application.Info(UserId, ShownUuid(me, application), online);
        return info with
        {
            DeviceToken = application.Name == me.Application ? info.DeviceToken : null,
            Cooling = (me.Features & Features.Lock) != 0 && application.IsCooling(now) ? application.CoolingUntil : null,
            Vouched = (me.Features & Features.Lock) != 0 ? !application.IsCooling(now) : null,
            PushToken = (me.Features & Features.WebPush) != 0 ? application.DeviceToken is not null : null,
        };
    }

    public Task<Result> DeleteApplication(Caller me, RequestDeleteApplication request) => TellChanged(me, AccountSections.Applications, RemoveApplication(me, request));

    private async Task<Result> RemoveApplication(Caller me, RequestDeleteApplication request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        // Its own uuid, or the name of any. The uuid of another is nothing that this one should know.
        var known = await _account.Load();
        var own = Own(known, request.Uuid);
        if ((own?.Name == me.Application ? own : Called(known, request.Uuid)) is not { Name: var name })
        {
            return NotYours();
        }

        if (name != me.Application && await UnlessVouched(me) is { } cooling)
        {
            return cooling;
        }

        await Remove(name);
        if (name == me.Application)
        {
            FinishSoon(FinishDelay);
        }
        else
        {
            await FinishOrRetry();
        }

        return Result.Ok;
    }

    /// <summary>An application is void when this returns; its connection is still to be closed.</summary>
    private async Task Remove(string name)
    {
        var known = await _account.Load();
        await Release(name, known.Applications.FirstOrDefault(application => application.Name == name)?.Tokens() ?? []);

        var connected = await Connections(known);
        await _account.Change(account => Vouching.Without(account, name, connected, Now) with { Closing = [.. account.Closing, name] });
        _logins.Remove(name);
        _seen.Remove(name);
    }

    /// <summary>The one with this credential.</summary>
    private static Application? Own(Account account, string uuid)
    {
        var name = ApplicationNames.Of(uuid);
        return account.Applications.FirstOrDefault(application => application.Has(name));
    }

    /// <summary>The one that is called so before the user's others.</summary>
    private static Application? Called(Account account, string publicName) =>
        account.Applications.FirstOrDefault(application => application.PublicName == publicName);

    /// <summary>An application is told its own uuid (its name, where the key that sealed it was lost), and of the others their names.</summary>
    private string ShownUuid(Caller me, Application application) => application.Name == me.Application
        ? application.Uuid ?? _seal.Unseal(UserId, application.Credential?.Sealed) ?? application.PublicName!
        : application.PublicName!;

    /// <summary>Every application has its name from here on: on disk before it is told.</summary>
    private async Task<Account> WithNames() => await _account.Change(before => Applications.Named(before.Applications) is var named && ReferenceEquals(named, before.Applications)
        ? before
        : before with { Applications = named });

    private static Error NoApplication() => Strangers.NoApplication;

    private static Error NotYours() => Error.NotFound("uuid is no application of yours: ask RequestGetApplicationsFull");
}
