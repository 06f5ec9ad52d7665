using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>
/// A conversation, key its UUID: roster, nicks, session keys, title, message sequence, receipts. Its writes pass through one activation.
/// </summary>
/// <remarks>
/// Every method answers <c>not_found</c> to who is no member, so that uuids cannot be probed. An answer that is not a refusal is on disk.
/// The methods marked as interleaving run between the awaits of any other; what they may see is said at the class.
/// </remarks>
public interface IConversationGrain : IGrainWithGuidKey
{
    Task<Answer<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request);

    /// <summary>One answer per request, in order: what one connection sent meanwhile goes in one call.</summary>
    [AlwaysInterleave]
    Task<Answer<Accepted>[]> AddMessages(Caller me, Immutable<RequestAddMessage[]> requests);

    [AlwaysInterleave]
    Task<Answer[]> Delivered(Caller me, Immutable<MessageDelivered[]> requests);

    [AlwaysInterleave]
    Task<Answer[]> Readed(Caller me, Immutable<RequestMessagesReaded[]> requests);

    [AlwaysInterleave]
    Task<Answer> MarkAllReaded(Caller me, RequestMarkAllReaded request);

    [AlwaysInterleave]
    Task<Answer> Typing(Caller me, RequestTyping request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetMessages>> GetMessages(Caller me, RequestGetMessages request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetMessages>> GetMessagesFromUuid(Caller me, RequestGetMessagesFromUuid request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetMessages>> GetMessagesByUuids(Caller me, RequestGetMessagesByUuids request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetConversationFull>> Get(Caller me, RequestGetConversationFull request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetMembersList>> GetMembersList(Caller me, RequestGetMembersList request);

    [AlwaysInterleave]
    Task<Answer<NicksList>> GetNicks(Caller me, GetNicks request);

    [AlwaysInterleave]
    Task<Answer<ResponseSessionKeyByUuid>> GetSessionKey(Caller me, RequestGetSessionKey request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetUpdatedPublicKeys>> GetUpdatedPublicKeys(Caller me, RequestGetUpdatedPublicKeys request);

    Task<Answer> DeleteMessage(Caller me, RequestDeleteMessage request);

    Task<Answer> DeleteMessages(Caller me, RequestDeleteMessages request);

    Task<Answer> UpdateMemberNick(Caller me, UpdateMemberNick request);

    Task<Answer> AddMember(Caller me, RequestAddMember request);

    Task<Answer> AddAdmin(Caller me, RequestAddAdmin request);

    Task<Answer> ChangeToAdmin(Caller me, RequestChangeToAdmin request);

    Task<Answer> Kick(Caller me, RequestKickUser request);

    Task<Answer> Leave(Caller me, RequestLeaveConversation request);

    Task<Answer> Delete(Caller me, RequestDeleteConversation request);

    Task<Answer> Rename(Caller me, RequestRenameConversation request);

    Task<Answer<ResponseAddedSessionKey>> AddNewSessionKeys(Caller me, RequestAddNewSessionKeys request);

    Task<Answer<ResponseFiles>> GetFiles(Caller me, RequestGetFiles request);

    Task<Answer<ResponseFiles>> GetFilesFast(Caller me, RequestGetFilesFast request);

    Task<Answer> ReportMessage(Caller me, AddMessageReport request);

    Task<Answer> ReportConversation(Caller me, AddConversationReport request);

    /// <summary>One side of this dialog changed its blacklist: read it anew before the next message.</summary>
    Task BlackListChanged();

    /// <summary>A process died before it had told this conversation's members everything: every member's devices are told to doubt.</summary>
    Task Doubt();
}

/// <summary>An accepted message: the JSON of <see cref="ResponseAddedMessage"/>, which is the notification's payload too, and is made once.</summary>
[GenerateSerializer, Immutable]
public sealed record Accepted(byte[] Payload);
