using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Applications: how they come, log in and go.</summary>
internal static class RegistrationRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains, ServerInfo own, Login login, RegistrationLimit registrations, UserLimits limits, GuestAdmission admission)
    {
        on.Guest((IGuest guest, RequestPing _) => own.Pong(guest.Features));
        on.Guest(async (IGuest from, RequestRegisterApplication r) =>
        {
            var (error, origin) = await registrations.Take(from.Address);
            return error is not null ? error : await Register(grains, r.UserId ?? UserIds.FromPhone(r.OpenUserId), r, origin);
        });
        on.Guest(async (IGuest from, RequestConfirmRegistration r) =>
        {
            if (limits.RefuseConfirmation(from.Address) is { } tooMany)
            {
                return tooMany;
            }

            var (place, shed) = await admission.Enter(from.Address, r.UserId);
            using (place)
            {
                return shed ?? (await admission.LacksPhone(r.UserId) ? Strangers.NoCode : await grains.Registration(r.UserId).Confirm(r));
            }
        });
        on.Guest((IGuest guest, InFlightRequest pending, RequestAuthenticationByApplication r) => login.Enter(guest, pending, r));
        on.User((Caller me, RequestUpdateDeviceTokenByApplication r) => own.Refuse(r) is { } refused ? Task.FromResult<Result>(refused) : grains.User(me).UpdateDeviceToken(me, r));
        on.User((Caller me, RequestGetApplicationsFull r) => grains.User(me).GetApplications(me, r));
        on.User((Caller me, RequestDeleteApplication r) => grains.User(me).DeleteApplication(me, r));
        on.User((Caller me, RequestDeleteUser r) => grains.User(me).DeleteUser(me, r));
        on.User((Caller me, RequestDeleteUserConfirmation r) => grains.User(me).ConfirmDeleteUser(me, r));
    }

    private static Task<Result> Register(IGrainFactory grains, string userId, RequestRegisterApplication request, RegistrationOrigin origin) =>
        grains.Registration(userId).Register(request with { UserId = userId }, origin);
}
