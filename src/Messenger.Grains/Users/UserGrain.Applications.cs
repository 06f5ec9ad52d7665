using Messenger.Grains.Devices;
using Messenger.Grains.Registration;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>Applications: confirmed, authenticated, listed, deleted.</summary>
internal sealed partial class UserGrain
{
    public async Task<Answer> ConfirmApplication(ApplicationInfo application)
    {
        var account = await _account.Load();
        if (account.Deleting || account.Closing.Contains(ApplicationNames.Of(application.Uuid)))
        {
            // The same phone, or the same application, comes anew: what is left of the old one goes first.
            await Finish();
        }

        if (await users.Find(UserId) is null)
        {
            await users.Put(Profiles.New(UserId, Now));
        }

        string? evicted = null;
        await _account.Change(before => Applications.Confirm(before.Applications, application, _seal, out evicted) is var applications
            && ReferenceEquals(applications, before.Applications)
                ? before
                : before with { Applications = applications, Closing = evicted is null ? before.Closing : [.. before.Closing, evicted] });
        if (evicted is not null)
        {
            FinishSoon(TimeSpan.Zero);
        }

        return Answer.Ok;
    }

    public async Task<Answer<Caller>> Authenticate(string applicationUuid)
    {
        if (await Verify(applicationUuid) is { Refusal: { } refusal })
        {
            return refusal;
        }

        var account = await _account.Load();
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

        // Nearly everyone has one device: then there is nobody to tell, and its uuid stays sealed.
        if (account.Applications.Length > 1)
        {
            // Not awaited: a device whose silo hangs must not hold up the login of another. The devices' object owns it until it is told,
            // and deactivation waits for it. What a crash within these milliseconds loses is a hint that somebody logged in.
            _ = _devices.Tell(
                account.Applications,
                new AuthenticationByApplicationNotification((application with { LastLogin = Now }).Info(UserId, _seal, online: true)), application.Name);
        }

        return new Caller(UserId, application.Name);
    }

    public async Task<Answer<Caller>> Verify(string applicationUuid)
    {
        var account = await _account.Load();
        var application = Applications.Match(account.Applications, applicationUuid);
        var user = await users.Find(UserId);
        return account.Deleting || application is null || user is null ? NoApplication()
            : user.Suspended ? Refused.Forbidden("this account is suspended")
            : new Caller(UserId, application.Name);
    }

    public async Task<Answer> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request)
    {
        if (await Refusal(me, request.UserId) is { } refusal)
        {
            return refusal;
        }

        var token = string.IsNullOrEmpty(request.Token) ? null : request.Token;
        if (Own(await _account.Load(), request.Uuid) is not { } application)
        {
            return NotYours();
        }

        await _account.Change(account => Own(account, request.Uuid)?.DeviceToken == token
            ? account
            : account with { Applications = Applications.WithToken(account.Applications, application.Name, token) });

        // Even when the token was known: the call may have failed the last time.
        await _devices[application.Name].SetPushTarget(token is null ? null : new PushTarget(application.Type, token, Now));
        return Answer.Ok;
    }

    public async Task<Answer<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        var applications = Applications.WithLogins((await _account.Load()).Applications, _logins);
        var online = await _devices.AreOnline(applications);
        var infos = applications.Select((application, at) => application.Info(UserId, _seal, online[at]));
        if (request.Confirmed is not true)
        {
            infos = infos.Concat(await GrainFactory.GetGrain<IRegistrationGrain>(UserId).Pending());
        }

        return new ResponseApplicationsFull([.. infos.OrderByDescending(info => info.Created)]);
    }

    public async Task<Answer> DeleteApplication(Caller me, RequestDeleteApplication request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        if (Own(await _account.Load(), request.Uuid) is not { Name: var name })
        {
            return NotYours();
        }

        await _account.Change(account => account with
        {
            Applications = Applications.Without(account.Applications, name),
            Closing = [.. account.Closing, name],
        });
        _logins.Remove(name);
        if (name == me.Application)
        {
            FinishSoon(Farewell);
        }
        else
        {
            await FinishOrRetry();
        }

        return Answer.Ok;
    }

    /// <param name="uuid">As it was told: the uuid, or the name of one that cannot be told at the moment.</param>
    private Application? Own(Account account, string uuid)
    {
        var name = ApplicationNames.Of(uuid);
        return account.Applications.FirstOrDefault(application => application.Name == name)
            ?? account.Applications.FirstOrDefault(application => application.Name == uuid && application.Credential?.Told(UserId, _seal) == uuid);
    }

    private static Refused NoApplication() => Refused.Unauthenticated("this is no confirmed application of this user: register it");

    private static Refused NotYours() => Refused.NotFound("uuid is no application of yours: ask RequestGetApplicationsFull");
}
