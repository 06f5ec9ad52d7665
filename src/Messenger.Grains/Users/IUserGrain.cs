using Messenger.Grains.Conversations;
using Messenger.Grains.Devices;
using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Grains.Users;

/// <summary>
/// A user, key the user id: profile, keys, params, contacts, blacklist, applications, SMS-confirmed changes.
/// Brings notifications to each of the user's devices.
/// </summary>
/// <remarks>An answer that is not a refusal is on disk.</remarks>
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Creates the user at first, and confirms the application. Called by the registration once the code was right.</summary>
    Task<Answer> ConfirmApplication(ApplicationInfo application);

    /// <summary>Whether this is a confirmed application of the user's; then it is the one that logs in now, and the other devices are told.</summary>
    Task<Answer<Caller>> Authenticate(string applicationUuid);

    /// <summary>Whether this is a confirmed application of the user's: the credential of an HTTP request. Nobody is told, and nothing is recorded.</summary>
    [AlwaysInterleave]
    Task<Answer<Caller>> Verify(string applicationUuid);

    Task<Answer> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request);

    [AlwaysInterleave]
    Task<Answer<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request);

    Task<Answer> DeleteApplication(Caller me, RequestDeleteApplication request);

    Task<Answer> DeleteUser(Caller me, RequestDeleteUser request);

    Task<Answer> ConfirmDeleteUser(Caller me, RequestDeleteUserConfirmation request);

    Task<Answer> AddKeys(Caller me, RequestAddUserKeys request);

    Task<Answer> UpdateKeys(Caller me, RequestUpdateUserKeys request);

    Task<Answer> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request);

    Task<Answer> UpdateNick(Caller me, RequestUpdateUserNick request);

    [AlwaysInterleave]
    Task<Answer<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request);

    [AlwaysInterleave]
    Task<Answer<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request);

    [AlwaysInterleave]
    Task<Answer<Params>> GetParams(Caller me, GetParams request);

    Task<Answer> UpdateParam(Caller me, UpdateParam request);

    [AlwaysInterleave]
    Task<Answer<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request);

    Task<Answer> UpdateContactList(Caller me, RequestUpdateContactList request);

    Task<Answer> UpdateContact(Caller me, UpdateContact request);

    [AlwaysInterleave]
    Task<Answer<ResponseRegisteredUsers>> GetRegisteredUsers(Caller me, RequestGetRegisteredUsers request);

    Task<Answer> AddBlackList(Caller me, AddBlackList request);

    Task<Answer> RemoveBlackList(Caller me, RemoveBlackList request);

    [AlwaysInterleave]
    Task<Answer<BlackList>> GetBlackList(Caller me, GetBlackList request);

    [AlwaysInterleave]
    Task<Answer<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request);

    [AlwaysInterleave]
    Task<Answer> ReportUser(Caller me, AddUserReport request);

    /// <summary>Sets the user's avatar, whose bytes are in the store, or removes it. Can be repeated.</summary>
    /// <param name="avatar">Null to remove it.</param>
    Task<Answer> SetAvatar(Caller me, AvatarFile? avatar);

    /// <summary>
    /// Brings notices of a conversation to every device of the user's but one, in order. When it throws or is false, the caller owes
    /// <see cref="Doubt"/>: false is for notices of a term that has passed, which would come after newer ones.
    /// </summary>
    /// <param name="term">The term of the conversation under which they were committed.</param>
    /// <param name="except">The name of the application that caused them, or null.</param>
    [AlwaysInterleave]
    Task<bool> Deliver(Guid conversation, long term, Immutable<Notice[]> notices, string? except);

    /// <summary>Something may not have reached this user's devices: each starts a new epoch.</summary>
    [AlwaysInterleave]
    Task Doubt();
}
