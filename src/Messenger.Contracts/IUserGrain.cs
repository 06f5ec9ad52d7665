using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>
/// A user, key the user id: profile, keys, params, contacts, blacklist, applications, SMS-confirmed changes.
/// Brings notifications to each of the user's devices.
/// </summary>
/// <remarks>An answer that is not a refusal is on disk.</remarks>
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Creates the user at first, and confirms the application. Called by the registration once the code was right.</summary>
    [Traced]
    Task<Answer> ConfirmApplication(ApplicationInfo application);

    /// <summary>Whether this is a confirmed application of the user's; then it is the one that logs in now, and the other devices are told.</summary>
    [Traced]
    Task<Answer<Caller>> Authenticate(string applicationUuid);

    /// <summary>Whether this is a confirmed application of the user's: the credential of an HTTP request. Nobody is told, and nothing is recorded.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<Answer<Caller>> Verify(string applicationUuid);

    [Traced]
    Task<Answer> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request);

    [Traced]
    Task<Answer> DeleteApplication(Caller me, RequestDeleteApplication request);

    [Traced]
    Task<Answer> DeleteUser(Caller me, RequestDeleteUser request);

    [Traced]
    Task<Answer> ConfirmDeleteUser(Caller me, RequestDeleteUserConfirmation request);

    [Traced]
    Task<Answer> AddKeys(Caller me, RequestAddUserKeys request);

    [Traced]
    Task<Answer> UpdateKeys(Caller me, RequestUpdateUserKeys request);

    [Traced]
    Task<Answer> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request);

    [Traced]
    Task<Answer> UpdateNick(Caller me, RequestUpdateUserNick request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<Params>> GetParams(Caller me, GetParams request);

    [Traced]
    Task<Answer> UpdateParam(Caller me, UpdateParam request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request);

    [Traced]
    Task<Answer> UpdateContactList(Caller me, RequestUpdateContactList request);

    [Traced]
    Task<Answer> UpdateContact(Caller me, UpdateContact request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<ResponseRegisteredUsers>> GetRegisteredUsers(Caller me, RequestGetRegisteredUsers request);

    [Traced]
    Task<Answer> AddBlackList(Caller me, AddBlackList request);

    [Traced]
    Task<Answer> RemoveBlackList(Caller me, RemoveBlackList request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<BlackList>> GetBlackList(Caller me, GetBlackList request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request);

    [AlwaysInterleave]
    [Traced]
    Task<Answer> ReportUser(Caller me, AddUserReport request);

    /// <summary>Sets the user's avatar, whose bytes are in the store, or removes it. Can be repeated.</summary>
    /// <param name="avatar">Null to remove it.</param>
    [Traced]
    Task<Answer> SetAvatar(Caller me, AvatarFile? avatar);

    /// <summary>
    /// Brings notices of a conversation to every device of the user's but one, in order. When it throws, some may have them: the caller owes
    /// <see cref="Doubt"/>.
    /// </summary>
    /// <param name="term">The term of the conversation under which they were committed.</param>
    /// <param name="except">The name of the application that caused them, or null.</param>
    [AlwaysInterleave]
    [Traced]
    Task<HandOver> Deliver(Guid conversation, long term, Immutable<Notice[]> notices, string? except);

    /// <summary>Something may not have reached this user's devices: each starts a new epoch.</summary>
    [AlwaysInterleave]
    [Traced]
    Task Doubt();
}

/// <summary>What became of notices that were handed to a user.</summary>
public enum HandOver
{
    /// <summary>Every device has them.</summary>
    Taken,

    /// <summary>They are of a term that has passed, and would come after newer ones: the caller owes <see cref="IUserGrain.Doubt"/>.</summary>
    Passed,

    /// <summary>What the user's grain has to read first cannot be read now. No device has them: the caller tries again.</summary>
    NotYet,
}
