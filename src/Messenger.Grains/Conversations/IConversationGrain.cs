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

    /// <summary>The files of a message, as recorded. Former members may ask for what came before they left.</summary>
    Task<Answer<MessageFiles>> GetFiles(Caller me, string messageUuid);

    /// <summary>Whether the actor may add a file of this name and size to a message: its author, where <c>hasFiles</c> is true.</summary>
    Task<Answer> MayAddFile(Caller me, string messageUuid, string pathName, long size);

    /// <summary>Adds a file, whose bytes are in the store, to a message, and tells every device of the members. Can be repeated.</summary>
    Task<Answer> AddFile(Caller me, string messageUuid, MessageFile file);

    /// <summary>Whether the actor may see the avatar (<paramref name="change"/> false) or change it.</summary>
    Task<Answer> MayAvatar(Caller me, bool change);

    /// <summary>Sets the avatar, or removes it; an event, and a notification. Can be repeated.</summary>
    /// <param name="avatar">Null to remove it.</param>
    Task<Answer> SetAvatar(Caller me, AvatarFile? avatar);

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
