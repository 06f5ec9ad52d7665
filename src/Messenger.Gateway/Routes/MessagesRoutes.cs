using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Messages, receipts, typing and signals.</summary>
internal static class MessagesRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains, Budgeted budgeted)
    {
        on.Batch((Caller me, RequestAddMessage[] r) => budgeted.AddMessages(me, r));
        on.User((Caller me, RequestGetMessages r) => grains.Conversation(r.ConversationUuid).GetMessages(me, r));
        on.User((Caller me, RequestGetMessagesFromUuid r) => grains.Conversation(r.ConversationUuid).GetMessagesFromUuid(me, r));
        on.User((Caller me, RequestGetMessagesByUuids r) => grains.Conversation(r.ConversationUuid).GetMessagesByUuids(me, r));
        on.Batch((Caller me, MessageDelivered[] r) => grains.Conversation(r[0].ConversationUuid).Delivered(me, new(r)));
        on.Batch((Caller me, RequestMessagesReaded[] r) => grains.Conversation(r[0].ConversationUuid).Readed(me, new(r)));
        on.User((Caller me, RequestMarkAllReaded r) => grains.Conversation(r.ConversationUuid).MarkAllReaded(me, r));
        on.User((Caller me, RequestDeleteMessage r) => grains.Conversation(r.ConversationUuid).DeleteMessage(me, r));
        on.User((Caller me, RequestDeleteMessages r) => grains.Conversation(r.ConversationUuid).DeleteMessages(me, r));
        on.User((Caller me, RequestTyping r) => grains.Conversation(r.ConversationUuid).Typing(me, r));
        on.User((Caller me, RequestSendSignal r) => grains.Conversation(r.ConversationUuid).SendSignal(me, r));
    }
}
