using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>A second device without an SMS: one that is vouched lets it in.</summary>
internal sealed partial class UserGrain : IUserLinks
{
    /// <summary>An application that was let in logs in within so long, or is gone.</summary>
    private static readonly TimeSpan LinkedFor = TimeSpan.FromMinutes(10);

    /// <summary>Applications that were let in and did not log in yet: nobody sets up more at once.</summary>
    private const int MaxLinked = 5;

    public async Task<Result<LinkOffer>> ClaimLink(Caller me, RequestClaimLink request) =>
        (await FindError(me) ?? await UnlessVouched(me)) is { } error ? error : await Link(request.LinkUuid).Claim(UserId, request.EphemeralKeyBase64);

    public async Task<Result> ApproveLink(Caller me, RequestApproveLink request)
    {
        if ((await FindError(me) ?? await UnlessVouched(me)) is { } error)
        {
            return error;
        }

        var link = await Link(request.LinkUuid).Claimed(UserId);
        if (link is not { Value: { } offer })
        {
            return link.Error!;
        }

        if (await LacksLock(me, request.RegistrationLock) is { } locked)
        {
            return locked;
        }

        var linked = new LinkedApplication(
            Credential.Of(UserId, offer.Uuid, _seal), offer.ApplicationType, offer.OsVersion, offer.Vendor, offer.Model, Now + (long)LinkedFor.TotalMilliseconds);
        await _account.Change(before => before.Applications.Any(own => own.Has(linked.Credential.Name)) || before.Linked.Any(own => own.Credential.Name == linked.Credential.Name && own.Until > Now)
            ? before
            : before with { Linked = [.. before.Linked.Where(own => own.Until > Now && own.Credential.Name != linked.Credential.Name).TakeLast(MaxLinked - 1), linked] });
        await Link(request.LinkUuid).Complete(UserId, request.BodyEncryptedBase64);
        return Result.Ok;
    }

    private IDeviceLinkGrain Link(string uuid) => GrainFactory.GetGrain<IDeviceLinkGrain>(uuid.ToLowerInvariant());

    /// <summary>Where the account has a lock, letting another in takes it.</summary>
    private async Task<Error?> LacksLock(Caller me, string? verifier)
    {
        var account = await _account.Load();
        if (account.Lock is not { } closed)
        {
            return null;
        }

        if (verifier is null)
        {
            return Error.Forbidden("this account has a registration lock: approve with it, as registrationLock") with { RegistrationLock = true };
        }

        if (Vouching.WaitForLock(account, Now) is > 0 and var wait)
        {
            return Error.TooManyRequests("too many wrong registration locks", wait);
        }

        if (await Opens(closed, verifier))
        {
            return null;
        }

        await _account.Change(before => Vouching.Wrong(before, Now));
        await Alarm(PushKinds.Lock, except: me.Application);
        return WrongLock();
    }

    /// <summary>The first login of an application that was let in: it is confirmed, and the others are told. Null where there is none.</summary>
    private async Task<Result?> ConfirmLinked(string applicationUuid)
    {
        var credential = ApplicationNames.Of(applicationUuid);
        var account = await _account.Load();
        if (account.Deleting || account.Linked.FirstOrDefault(own => own.Credential.Name == credential && own.Until > Now) is not { } linked)
        {
            return null;
        }

        var application = new ApplicationInfo(
            applicationUuid, SmsCode: null, linked.Type, Confirmed: true, Now, UserId, DeviceToken: null, Now, Online: false, linked.OsVersion, linked.Vendor, linked.Model);
        var (name, connected) = (PublicNames.Draw(), await Connections(account));
        var kept = await Keep(application, name, options.Value.Cooling > TimeSpan.Zero ? Now + (long)options.Value.Cooling.TotalMilliseconds : 0, connected, linked: true);
        if (kept.Error is null)
        {
            await TellOf(application, name, confirmed: true, PushKinds.Application);
        }

        return kept;
    }
}
