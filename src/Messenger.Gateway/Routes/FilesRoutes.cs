using Messenger.Grains;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>The files of a message; the bytes themselves travel over HTTP.</summary>
internal static class FilesRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains)
    {
        on.User((Caller me, RequestGetFiles r) => grains.Conversation(r.ConversationUuid).GetFiles(me, r));
        on.User((Caller me, RequestGetFilesFast r) => grains.Conversation(r.ConversationUuid).GetFilesFast(me, r));
    }
}
