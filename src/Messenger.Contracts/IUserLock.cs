using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>The side of a user that tells the owner's devices from those that came by a code alone; the same actor as <see cref="IUserGrain"/>.</summary>
public interface IUserLock : IGrainWithStringKey
{
    /// <summary>
    /// As <see cref="IUserGrain.ConfirmApplication"/>, with the registration lock that came with the code. Every other device is told, whatever comes of it.
    /// </summary>
    /// <param name="registrationLock">Null where none was given.</param>
    [Traced]
    Task<Result> Confirm(ApplicationInfo application, string? registrationLock);

    /// <summary>Until when this application is cooling, in milliseconds since the Unix epoch; 0 for one that is vouched.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<long> CoolingUntil(string application);

    [Traced]
    Task<Result> SetLock(Caller me, RequestSetRegistrationLock request);

    [Traced]
    Task<Result> GiveLock(Caller me, RequestGiveRegistrationLock request);

    [Traced]
    Task<Result> Approve(Caller me, RequestApproveApplication request);

    /// <summary>The credential that this application is going to have: it and the one of now are both right until it is used. Can be repeated.</summary>
    [Traced]
    Task<Result> Rotate(Caller me, string nextUuid);

    /// <summary>This application is, or was until now, connected: written behind, so that it need not log in for that to be known.</summary>
    [AlwaysInterleave]
    [Traced]
    Task Seen(string application);
}
