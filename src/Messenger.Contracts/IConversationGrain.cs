using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>
/// A conversation, key its UUID: roster, nicks, session keys, title, message sequence, receipts. Its writes pass through one activation.
/// </summary>
/// <remarks>
/// Every method answers <c>not_found</c> to who is no member, so that uuids cannot be probed. An answer that is not a refusal is on disk.
/// Calls interleave at their awaits; what they may see of one another is said at the class.
/// </remarks>
public interface IConversationGrain : IGrainWithGuidKey
{
    [Traced]
    Task<Result<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request);

    /// <inheritdoc cref="AddMessagesUnlessNew"/>
    [Traced]
    Task<Result<ResponseCreateConversation>> CreateUnlessNew(Caller me, RequestCreateConversationFull request, Error otherwise);

    /// <summary>One answer per request, in order: what one connection sent meanwhile goes in one call.</summary>
    [Traced]
    Task<Result<SerializedResponse>[]> AddMessages(Caller me, Immutable<RequestAddMessage[]> requests);

    /// <summary>
    /// As <see cref="AddMessages"/>, where the gateway has a rule against some of them: what repeats a stored message is answered all the same,
    /// since a retry is recognised before any rule is asked.
    /// </summary>
    /// <param name="otherwise">One per request: the refusal of what is no repeat; null where there is no such rule.</param>
    [Traced]
    Task<Result<SerializedResponse>[]> AddMessagesUnlessNew(Caller me, Immutable<RequestAddMessage[]> requests, Immutable<Error?[]> otherwise);

    [Traced]
    Task<Result[]> Delivered(Caller me, Immutable<MessageDelivered[]> requests);

    [Traced]
    Task<Result[]> Readed(Caller me, Immutable<RequestMessagesReaded[]> requests);

    [Traced]
    Task<Result> MarkAllReaded(Caller me, RequestMarkAllReaded request);

    [Traced]
    Task<Result> Typing(Caller me, RequestTyping request);

    /// <summary>Passes a signal on to whom it names. Done when it is on its way; who is connected changes neither the answer nor when it comes.</summary>
    [Traced]
    Task<Result> SendSignal(Caller me, RequestSendSignal request);

    [Traced]
    Task<Result<ResponseGetMessages>> GetMessages(Caller me, RequestGetMessages request);

    [Traced]
    Task<Result<ResponseGetMessages>> GetMessagesFromUuid(Caller me, RequestGetMessagesFromUuid request);

    [Traced]
    Task<Result<ResponseGetMessages>> GetMessagesByUuids(Caller me, RequestGetMessagesByUuids request);

    [Traced]
    Task<Result<ResponseGetConversationFull>> Get(Caller me, RequestGetConversationFull request);

    [Traced]
    Task<Result<ResponseGetMembersList>> GetMembersList(Caller me, RequestGetMembersList request);

    [Traced]
    Task<Result<NicksList>> GetNicks(Caller me, GetNicks request);

    [Traced]
    Task<Result<ResponseSessionKeyByUuid>> GetSessionKey(Caller me, RequestGetSessionKey request);

    [Traced]
    Task<Result<ResponseGetUpdatedPublicKeys>> GetUpdatedPublicKeys(Caller me, RequestGetUpdatedPublicKeys request);

    [Traced]
    Task<Result> DeleteMessage(Caller me, RequestDeleteMessage request);

    [Traced]
    Task<Result> DeleteMessages(Caller me, RequestDeleteMessages request);

    [Traced]
    Task<Result> UpdateMemberNick(Caller me, UpdateMemberNick request);

    [Traced]
    Task<Result> AddMember(Caller me, RequestAddMember request);

    [Traced]
    Task<Result> AddAdmin(Caller me, RequestAddAdmin request);

    /// <inheritdoc cref="AddMessagesUnlessNew"/>
    [Traced]
    Task<Result> AddMemberUnlessNew(Caller me, RequestAddMember request, Error otherwise);

    /// <inheritdoc cref="AddMessagesUnlessNew"/>
    [Traced]
    Task<Result> AddAdminUnlessNew(Caller me, RequestAddAdmin request, Error otherwise);

    [Traced]
    Task<Result> ChangeToAdmin(Caller me, RequestChangeToAdmin request);

    [Traced]
    Task<Result> Kick(Caller me, RequestKickUser request);

    [Traced]
    Task<Result> Leave(Caller me, RequestLeaveConversation request);

    /// <summary>
    /// The actor's account ends: it leaves, and loses its stays with their keys and nick. Who registers the number next is another person. Can be repeated.
    /// </summary>
    [Traced]
    Task<Result> EndAccount(Caller me);

    [Traced]
    Task<Result> Delete(Caller me, RequestDeleteConversation request);

    [Traced]
    Task<Result> Rename(Caller me, RequestRenameConversation request);

    [Traced]
    Task<Result<ResponseAddedSessionKey>> AddNewSessionKeys(Caller me, RequestAddNewSessionKeys request);

    /// <summary>The files of a message, as recorded. Former members may ask for what came before they left.</summary>
    [Traced]
    Task<Result<MessageFiles>> GetFiles(Caller me, string messageUuid);

    /// <summary>Whether the actor may add a file of this name and size to a message: its author, where <c>hasFiles</c> is true.</summary>
    [Traced]
    Task<Result> MayAddFile(Caller me, string messageUuid, string name, long size);

    /// <summary>Adds a file, whose bytes are in the store, to a message, and tells every device of the members. Can be repeated.</summary>
    [Traced]
    Task<Result> AddFile(Caller me, string messageUuid, MessageFile file);

    /// <summary>Whether the actor may see the avatar (<paramref name="change"/> false) or change it.</summary>
    [Traced]
    Task<Result> MayAvatar(Caller me, bool change);

    /// <summary>Sets the avatar, or removes it; an event, and a notification. Can be repeated.</summary>
    /// <param name="avatar">Null to remove it.</param>
    [Traced]
    Task<Result> SetAvatar(Caller me, AvatarFile? avatar);

    [Traced]
    Task<Result> ReportMessage(Caller me, AddMessageReport request);

    [Traced]
    Task<Result> ReportConversation(Caller me, AddConversationReport request);

    /// <summary>One side of this dialog changed its blacklist: read it anew before the next message.</summary>
    [Traced]
    Task BlackListChanged();

    /// <summary>A process died before it had told this conversation's members everything: every member's devices are told to resynchronise.</summary>
    /// <param name="writer">The name under which it wrote: one resync for each, however often this is said.</param>
    /// <returns>Completes when they were told: until then the journal of that process has to stay.</returns>
    [Traced]
    Task RequireResyncAfter(string writer);

    /// <summary>As <see cref="RequireResyncAfter"/>, of a leader of the previous release, which does not say whose end it was.</summary>
    [Traced]
    Task RequireResync();
}

/// <summary>An accepted message: the JSON of <see cref="ResponseAddedMessage"/>, which is the notification's payload too, and is made once.</summary>
/// <param name="Repeated">It was stored before: nothing new came of this request.</param>
[GenerateSerializer, Immutable]
public sealed record SerializedResponse(byte[] Payload, bool Repeated = false)
{
    /// <summary>Members that only some sessions see; null for none.</summary>
    [Id(0)]
    public Addition[]? Additions { get; init; }
}
