using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>The keys of a conversation.</summary>
internal static class SessionKeysRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains)
    {
        on.User((Caller me, RequestAddNewSessionKeys r) => grains.Conversation(r.ConversationUuid).AddNewSessionKeys(me, r));
        on.User((Caller me, RequestGetSessionKey r) => grains.Conversation(r.ConversationUuid).GetSessionKey(me, r));
        on.User((Caller me, RequestGetUpdatedPublicKeys r) => grains.Conversation(r.ConversationUuid).GetUpdatedPublicKeys(me, r));
    }
}
