using Messenger.Contracts;
using Messenger.Gateway.RateLimits;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Routes;

/// <summary>
/// Writes of which a user has a budget. Only the conversation knows a repeat, and a repeat is recognised before any rule is asked: so what is over the
/// budget goes there all the same, with the refusal that it gets if it is new.
/// </summary>
internal sealed class Budgeted(IGrainFactory grains, UserLimits limits)
{
    public async Task<Result<SerializedResponse>[]> AddMessages(Caller me, RequestAddMessage[] requests)
    {
        Error?[]? over = null;
        for (var i = 0; i < requests.Length; i++)
        {
            if (limits.Refuse(me.UserId, requests[i]) is { } error)
            {
                over ??= new Error?[requests.Length];
                over[i] = error;
            }
            else if (requests[i].Kind == MessageKinds.Urgent && (requests[i] = limits.Urged(me.UserId, requests[i])).Kind == MessageKinds.Urgent)
            {
                limits.ChargeUrgent(me.UserId);
            }
        }

        var conversation = grains.Conversation(requests[0].ConversationUuid);
        var answers = over is null
            ? await conversation.AddMessages(me, new(requests))
            : await conversation.AddMessagesUnlessNew(me, new(requests), new(over));
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i].Value is { Repeated: true } && over?[i] is null)
            {
                limits.GiveBackMessage(me.UserId);
            }
        }

        return answers;
    }

    /// <remarks>Who is registered is asked for by the conversation, after the refusals that say nothing of it.</remarks>
    public async Task<Result<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request) =>
        limits.Refuse(me.UserId, request) is { } over
            ? await grains.Conversation(request.ConversationUuid).CreateUnlessNew(me, request, over)
            : await grains.Conversation(request.ConversationUuid).Create(me, request);

    public async Task<Result> AddMember(Caller me, RequestAddMember request) =>
        await Over(me, request, request.SessionKeyValue.UserId) is { } over
            ? await grains.Conversation(request.ConversationUuid).AddMemberUnlessNew(me, request, over)
            : await grains.Conversation(request.ConversationUuid).AddMember(me, request);

    public async Task<Result> AddAdmin(Caller me, RequestAddAdmin request) =>
        await Over(me, request, request.SessionKeyValue.UserId) is { } over
            ? await grains.Conversation(request.ConversationUuid).AddAdminUnlessNew(me, request, over)
            : await grains.Conversation(request.ConversationUuid).AddAdmin(me, request);

    /// <summary>What the conversation is to answer unless it knows the request: it would tell who is registered, and who lets this user add them.</summary>
    private async ValueTask<Error?> Over(Caller me, IRequest request, string person) =>
        limits.Refuse(me.UserId, request)
        ?? (limits.IsEnabled ? (await grains.GetGrain<IUserDiscovery>(me.UserId).MayLearnOf(me, new([person]))).Error : null);
}
