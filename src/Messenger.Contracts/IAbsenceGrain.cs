using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>Whether what a stranger names is there at all, looked up without waking its actor: made-up names cost a read and no memory.</summary>
/// <remarks>One for each worker and core, whatever its key. Throws while the store is away.</remarks>
public interface IAbsenceGrain : IGrainWithIntegerKey
{
    /// <summary>True where nobody has this id.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<bool> LacksUser(string userId);

    /// <summary>True where this phone waits for no code and had none lately.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<bool> LacksPhone(string userId);
}

/// <summary>What a stranger is told, whether what was named is there or not.</summary>
public static class Strangers
{
    public static readonly Error NoApplication = Error.Unauthenticated("this is no confirmed application of this user: register it");

    public static readonly Error NoCode = Error.Forbidden("there is no valid code: ask for a new one");
}
