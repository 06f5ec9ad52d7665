using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>
/// A conversation, key its UUID: roster, nicks, session keys, title, message sequence, receipts. Its writes pass through one activation.
/// </summary>
/// <remarks>
/// Every method answers <c>not_found</c> to who is no member, so that uuids cannot be probed. An answer that is not a refusal is on disk.
/// Calls interleave at their awaits; what they may see of one another is said at the class.
/// </remarks>
public interface IConversationGrain : IGrainWithGuidKey
{
    Task<Answer<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request);

    /// <summary>One answer per request, in order: what one connection sent meanwhile goes in one call.</summary>
    Task<Answer<Accepted>[]> AddMessages(Caller me, Immutable<RequestAddMessage[]> requests);

    Task<Answer[]> Delivered(Caller me, Immutable<MessageDelivered[]> requests);

    Task<Answer[]> Readed(Caller me, Immutable<RequestMessagesReaded[]> requests);

    Task<Answer> MarkAllReaded(Caller me, RequestMarkAllReaded request);

    Task<Answer> Typing(Caller me, RequestTyping request);

    Task<Answer<ResponseGetMessages>> GetMessages(Caller me, RequestGetMessages request);

    Task<Answer<ResponseGetMessages>> GetMessagesFromUuid(Caller me, RequestGetMessagesFromUuid request);

    Task<Answer<ResponseGetMessages>> GetMessagesByUuids(Caller me, RequestGetMessagesByUuids request);

    Task<Answer<ResponseGetConversationFull>> Get(Caller me, RequestGetConversationFull request);

    Task<Answer<ResponseGetMembersList>> GetMembersList(Caller me, RequestGetMembersList request);

    Task<Answer<NicksList>> GetNicks(Caller me, GetNicks request);

    Task<Answer<ResponseSessionKeyByUuid>> GetSessionKey(Caller me, RequestGetSessionKey request);

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
