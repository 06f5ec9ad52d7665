using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Who is the owner: the registration lock, and applications that vouch for others.</summary>
internal static class LockRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains)
    {
        on.User((Caller me, RequestSetRegistrationLock r) => grains.GetGrain<IUserLock>(me.UserId).SetLock(me, r));
        on.User((Caller me, RequestGiveRegistrationLock r) => grains.GetGrain<IUserLock>(me.UserId).GiveLock(me, r));
        on.User((Caller me, RequestApproveApplication r) => grains.GetGrain<IUserLock>(me.UserId).Approve(me, r));
    }
}
