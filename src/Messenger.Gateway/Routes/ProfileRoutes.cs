using Messenger.Contracts;
using Messenger.Gateway.Requests;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>What a user is to others, and the user's own parameters.</summary>
internal static class ProfileRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains, ServerInfo own)
    {
        on.User((Caller me, RequestAddUserKeys r) => grains.User(me).AddKeys(me, r));
        on.User((Caller me, RequestUpdateUserKeys r) => grains.User(me).UpdateKeys(me, r));
        on.User((Caller me, RequestConfirmUpdateUserKeys r) => grains.User(me).ConfirmUpdateKeys(me, r));
        on.User((Caller me, RequestUpdateUserNick r) => grains.User(me).UpdateNick(me, r));
        on.User((Caller me, RequestGetUserInfo r) => grains.User(me).GetUserInfo(me, r));
        on.User((Caller me, RequestGetUserInfoMulti r) => grains.User(me).GetUserInfoMulti(me, r));
        on.User((Caller me, GetParams r) => grains.User(me).GetParams(me, r));
        on.User((Caller me, UpdateParam r) => grains.User(me).UpdateParam(me, r));
        on.Guest((IGuest _, RequestGetServerSettings r) => own.Settings(r));
    }
}
