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
    Task<Answer<ResponseCreateConversation>> Create(Caller me, RequestCreateConversationFull request);

    /// <inheritdoc cref="AddMessagesUnlessNew"/>
    [Traced]
    Task<Answer<ResponseCreateConversation>> CreateUnlessNew(Caller me, RequestCreateConversationFull request, Refused otherwise);

    /// <summary>One answer per request, in order: what one connection sent meanwhile goes in one call.</summary>
    [Traced]
    Task<Answer<Accepted>[]> AddMessages(Caller me, Immutable<RequestAddMessage[]> requests);

    /// <summary>
    /// As <see cref="AddMessages"/>, where the gateway has a rule against some of them: what repeats a stored message is answered all the same,
    /// since a retry is recognised before any rule is asked.
    /// </summary>
    /// <param name="otherwise">One per request: the refusal of what is no repeat; null where there is no such rule.</param>
    [Traced]
    Task<Answer<Accepted>[]> AddMessagesUnlessNew(Caller me, Immutable<RequestAddMessage[]> requests, Immutable<Refused?[]> otherwise);

    [Traced]
    Task<Answer[]> Delivered(Caller me, Immutable<MessageDelivered[]> requests);

    [Traced]
    Task<Answer[]> Readed(Caller me, Immutable<RequestMessagesReaded[]> requests);

    [Traced]
    Task<Answer> MarkAllReaded(Caller me, RequestMarkAllReaded request);

    [Traced]
    Task<Answer> Typing(Caller me, RequestTyping request);

    [Traced]
    Task<Answer<ResponseGetMessages>> GetMessages(Caller me, RequestGetMessages request);

    [Traced]
    Task<Answer<ResponseGetMessages>> GetMessagesFromUuid(Caller me, RequestGetMessagesFromUuid request);

    [Traced]
    Task<Answer<ResponseGetMessages>> GetMessagesByUuids(Caller me, RequestGetMessagesByUuids request);

    [Traced]
    Task<Answer<ResponseGetConversationFull>> Get(Caller me, RequestGetConversationFull request);

    [Traced]
    Task<Answer<ResponseGetMembersList>> GetMembersList(Caller me, RequestGetMembersList request);

    [Traced]
    Task<Answer<NicksList>> GetNicks(Caller me, GetNicks request);

    [Traced]
    Task<Answer<ResponseSessionKeyByUuid>> GetSessionKey(Caller me, RequestGetSessionKey request);

    [Traced]
    Task<Answer<ResponseGetUpdatedPublicKeys>> GetUpdatedPublicKeys(Caller me, RequestGetUpdatedPublicKeys request);

    [Traced]
    Task<Answer> DeleteMessage(Caller me, RequestDeleteMessage request);

    [Traced]
    Task<Answer> DeleteMessages(Caller me, RequestDeleteMessages request);

    [Traced]
    Task<Answer> UpdateMemberNick(Caller me, UpdateMemberNick request);

    [Traced]
    Task<Answer> AddMember(Caller me, RequestAddMember request);

    [Traced]
    Task<Answer> AddAdmin(Caller me, RequestAddAdmin request);

    /// <inheritdoc cref="AddMessagesUnlessNew"/>
    [Traced]
    Task<Answer> AddMemberUnlessNew(Caller me, RequestAddMember request, Refused otherwise);

    /// <inheritdoc cref="AddMessagesUnlessNew"/>
    [Traced]
    Task<Answer> AddAdminUnlessNew(Caller me, RequestAddAdmin request, Refused otherwise);

    [Traced]
    Task<Answer> ChangeToAdmin(Caller me, RequestChangeToAdmin request);

    [Traced]
    Task<Answer> Kick(Caller me, RequestKickUser request);

    [Traced]
    Task<Answer> Leave(Caller me, RequestLeaveConversation request);

    /// <summary>
    /// The actor's account ends: it leaves, and loses its stays with their keys and nick. Who registers the number next is another person. Can be repeated.
    /// </summary>
    [Traced]
    Task<Answer> EndAccount(Caller me);

    [Traced]
    Task<Answer> Delete(Caller me, RequestDeleteConversation request);

    [Traced]
    Task<Answer> Rename(Caller me, RequestRenameConversation request);

    [Traced]
    Task<Answer<ResponseAddedSessionKey>> AddNewSessionKeys(Caller me, RequestAddNewSessionKeys request);

    /// <summary>The files of a message, as recorded. Former members may ask for what came before they left.</summary>
    [Traced]
    Task<Answer<MessageFiles>> GetFiles(Caller me, string messageUuid);

    /// <summary>Whether the actor may add a file of this name and size to a message: its author, where <c>hasFiles</c> is true.</summary>
    [Traced]
    Task<Answer> MayAddFile(Caller me, string messageUuid, string name, long size);

    /// <summary>Adds a file, whose bytes are in the store, to a message, and tells every device of the members. Can be repeated.</summary>
    [Traced]
    Task<Answer> AddFile(Caller me, string messageUuid, MessageFile file);

    /// <summary>Whether the actor may see the avatar (<paramref name="change"/> false) or change it.</summary>
    [Traced]
    Task<Answer> MayAvatar(Caller me, bool change);

    /// <summary>Sets the avatar, or removes it; an event, and a notification. Can be repeated.</summary>
    /// <param name="avatar">Null to remove it.</param>
    [Traced]
    Task<Answer> SetAvatar(Caller me, AvatarFile? avatar);

    [Traced]
    Task<Answer> ReportMessage(Caller me, AddMessageReport request);

    [Traced]
    Task<Answer> ReportConversation(Caller me, AddConversationReport request);

    /// <summary>One side of this dialog changed its blacklist: read it anew before the next message.</summary>
    [Traced]
    Task BlackListChanged();

    /// <summary>A process died before it had told this conversation's members everything: every member's devices are told to doubt.</summary>
    /// <param name="writer">The name under which it wrote: one doubt for each, however often this is said.</param>
    /// <returns>Completes when they were told: until then the journal of that process has to stay.</returns>
    [Traced]
    Task DoubtAbout(string writer);

    /// <summary>As <see cref="DoubtAbout"/>, of a leader of the previous release, which does not say whose end it was.</summary>
    [Traced]
    Task Doubt();
}

/// <summary>An accepted message: the JSON of <see cref="ResponseAddedMessage"/>, which is the notification's payload too, and is made once.</summary>
/// <param name="Repeated">It was stored before: nothing new came of this request.</param>
[GenerateSerializer, Immutable]
public sealed record Accepted(byte[] Payload, bool Repeated = false)
{
    /// <summary>Members that only some sessions see; null for none.</summary>
    [Id(0)]
    public Addition[]? Additions { get; init; }
}
