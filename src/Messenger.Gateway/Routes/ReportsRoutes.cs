using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>What users report to the operator.</summary>
internal static class ReportsRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains)
    {
        on.User((Caller me, AddMessageReport r) => grains.Conversation(r.ConversationUuid).ReportMessage(me, r));
        on.User((Caller me, AddConversationReport r) => grains.Conversation(r.ConversationUuid).ReportConversation(me, r));
        on.User((Caller me, AddUserReport r) => grains.User(me).ReportUser(me, r));
    }
}
