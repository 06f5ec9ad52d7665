using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>Conversations and who is in them.</summary>
internal static class ConversationsRoutes
{
    public static void Add(RouteTable on, IGrainFactory grains, Budgeted budgeted, UserLimits limits)
    {
        on.User((Caller me, RequestCreateConversationFull r) => budgeted.Create(me, r));
        on.User((Caller me, RequestGetConversationFull r) => grains.Conversation(r.ConversationUuid).Get(me, r));
        on.User((Caller me, RequestGetConversationsFull r) => grains.User(me).GetConversations(me, r));
        on.User(async (Caller me, RequestSync r) => limits.Refuse(me.UserId, r) is { } over ? over : await grains.User(me).Sync(me, r));
        on.User((Caller me, RequestGetMembersList r) => grains.Conversation(r.ConversationUuid).GetMembersList(me, r));
        on.User((Caller me, GetNicks r) => grains.Conversation(r.ConversationUuid).GetNicks(me, r));
        on.User((Caller me, UpdateMemberNick r) => grains.Conversation(r.ConversationUuid).UpdateMemberNick(me, r));
        on.User((Caller me, RequestAddMember r) => budgeted.AddMember(me, r));
        on.User((Caller me, RequestAddAdmin r) => budgeted.AddAdmin(me, r));
        on.User((Caller me, RequestChangeToAdmin r) => grains.Conversation(r.ConversationUuid).ChangeToAdmin(me, r));
        on.User((Caller me, RequestKickUser r) => grains.Conversation(r.ConversationUuid).Kick(me, r));
        on.User((Caller me, RequestLeaveConversation r) => grains.Conversation(r.ConversationUuid).Leave(me, r));
        on.User((Caller me, RequestDeleteConversation r) => grains.Conversation(r.ConversationUuid).Delete(me, r));
        on.User((Caller me, RequestSetConversationPreferences r) => grains.GetGrain<IUserPreferences>(me.UserId).SetPreferences(me, r));
        on.User((Caller me, RequestGetConversationPreferences r) => grains.GetGrain<IUserPreferences>(me.UserId).GetPreferences(me, r));
        on.User((Caller me, RequestSetConversationExpiry r) => grains.GetGrain<IConversationExpiry>(Guid.Parse(r.ConversationUuid)).SetExpiry(me, r));
        on.User((Caller me, RequestRenameConversation r) => grains.Conversation(r.ConversationUuid).Rename(me, r));
    }
}
