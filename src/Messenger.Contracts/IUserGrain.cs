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
    Task<Result> ConfirmApplication(ApplicationInfo application);

    /// <summary>Whether this is a confirmed application of the user's; then it is the one that logs in now, and the other devices are told.</summary>
    [Traced]
    Task<Result<Caller>> Authenticate(string applicationUuid);

    /// <summary>Whether this is a confirmed application of the user's: the credential of an HTTP request. Nobody is told, and nothing is recorded.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<Result<Caller>> Verify(string applicationUuid);

    [Traced]
    Task<Result> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request);

    [Traced]
    Task<Result> DeleteApplication(Caller me, RequestDeleteApplication request);

    [Traced]
    Task<Result> DeleteUser(Caller me, RequestDeleteUser request);

    [Traced]
    Task<Result> ConfirmDeleteUser(Caller me, RequestDeleteUserConfirmation request);

    [Traced]
    Task<Result> AddKeys(Caller me, RequestAddUserKeys request);

    [Traced]
    Task<Result> UpdateKeys(Caller me, RequestUpdateUserKeys request);

    [Traced]
    Task<Result> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request);

    [Traced]
    Task<Result> UpdateNick(Caller me, RequestUpdateUserNick request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<Params>> GetParams(Caller me, GetParams request);

    [Traced]
    Task<Result> UpdateParam(Caller me, UpdateParam request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request);

    [Traced]
    Task<Result> UpdateContactList(Caller me, RequestUpdateContactList request);

    [Traced]
    Task<Result> UpdateContact(Caller me, UpdateContact request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseRegisteredUsers>> GetRegisteredUsers(Caller me, RequestGetRegisteredUsers request);

    [Traced]
    Task<Result> AddBlackList(Caller me, AddBlackList request);

    [Traced]
    Task<Result> RemoveBlackList(Caller me, RemoveBlackList request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<BlackList>> GetBlackList(Caller me, GetBlackList request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request);

    /// <summary>A page of what changed since; what was told before this was called is in it.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseSync>> Sync(Caller me, RequestSync request);

    [AlwaysInterleave]
    [Traced]
    Task<Result> ReportUser(Caller me, AddUserReport request);

    /// <summary>Sets the user's avatar, whose bytes are in the store, or removes it. Can be repeated.</summary>
    /// <param name="avatar">Null to remove it.</param>
    [Traced]
    Task<Result> SetAvatar(Caller me, AvatarFile? avatar);

    /// <summary>
    /// Brings notifications of a conversation to every device of the user's but one, in order. When it throws, some may have them: the caller owes
    /// <see cref="RequireResync"/>.
    /// </summary>
    /// <param name="term">The term of the conversation under which they were committed.</param>
    /// <param name="except">The name of the application that caused them, or null.</param>
    [AlwaysInterleave]
    [Traced]
    Task<DeliveryResult> Deliver(Guid conversation, long term, Immutable<SerializedNotification[]> notifications, string? except);

    /// <summary>Something may not have reached this user's devices: each starts a new epoch.</summary>
    [AlwaysInterleave]
    [Traced]
    Task RequireResync();
}

/// <summary>What became of notifications that were handed to a user.</summary>
public enum DeliveryResult
{
    /// <summary>Every device has them.</summary>
    Delivered,

    /// <summary>They are of a term that has passed, and would come after newer ones: the caller owes <see cref="IUserGrain.RequireResync"/>.</summary>
    StaleTerm,

    /// <summary>What the user's grain has to read first cannot be read now. No device has them: the caller tries again.</summary>
    RetryLater,
}
