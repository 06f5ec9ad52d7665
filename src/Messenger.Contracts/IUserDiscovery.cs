using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>The side of a user that counts what it learns of who is registered; the same actor as <see cref="IUserGrain"/>.</summary>
public interface IUserDiscovery : IGrainWithStringKey
{
    /// <summary>
    /// Asked before anything is told that differs for who is registered and who is not: takes the ids that are new to this user from its one budget, on disk
    /// before the answer. <c>too_many_requests</c>: nothing may be told of any of them.
    /// </summary>
    [Traced]
    Task<Result> MayLearnOf(Caller me, Immutable<string[]> userIds);
}
