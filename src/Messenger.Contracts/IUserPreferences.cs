using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>The side of a user that keeps what the user alone has of conversations; the same actor as <see cref="IUserGrain"/>.</summary>
public interface IUserPreferences : IGrainWithStringKey
{
    /// <summary>Changes them, and tells the user's other devices. On disk when it returns.</summary>
    [Traced]
    Task<Result<ResponseConversationPreferences>> SetPreferences(Caller me, RequestSetConversationPreferences request);

    [AlwaysInterleave]
    [Traced]
    Task<Result<ResponseConversationPreferences>> GetPreferences(Caller me, RequestGetConversationPreferences request);
}
