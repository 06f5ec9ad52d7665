using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>The side of a user that pushes need; the same actor as <see cref="IUserGrain"/>.</summary>
public interface IUserPushes : IGrainWithStringKey
{
    /// <summary>
    /// A process died before it had told everyone of these messages: wakes the devices that are offline, by the same rules as when they were told.
    /// When it returns, the pushes are on disk.
    /// </summary>
    [AlwaysInterleave]
    [Traced]
    Task Wake(PushHint[] messages);

    /// <summary>A provider says that this token is dead: forgets it, unless the application has another one by now.</summary>
    /// <param name="application">Its name, which is what devices are keyed by.</param>
    [Traced]
    Task ForgetToken(string application, PushTarget dead);

    /// <summary>Somebody else has this token now: the application forgets it, if it has it. Can be repeated.</summary>
    /// <remarks>Interleaves: who sets a token may be the user of another token's former owner.</remarks>
    [AlwaysInterleave]
    [Traced]
    Task LoseToken(string application, string token);
}
