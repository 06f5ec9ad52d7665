using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Whom a user knows, and whom not.</summary>
internal static class ContactsRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains)
    {
        on.User((Caller me, RequestGetContactList r) => grains.User(me).GetContactList(me, r));
        on.User((Caller me, RequestUpdateContactList r) => grains.User(me).UpdateContactList(me, r));
        on.User((Caller me, UpdateContact r) => grains.User(me).UpdateContact(me, r));
        on.User((Caller me, RequestGetRegisteredUsers r) => grains.User(me).GetRegisteredUsers(me, r));
        on.User((Caller me, AddBlackList r) => grains.User(me).AddBlackList(me, r));
        on.User((Caller me, RemoveBlackList r) => grains.User(me).RemoveBlackList(me, r));
        on.User((Caller me, GetBlackList r) => grains.User(me).GetBlackList(me, r));
    }
}
