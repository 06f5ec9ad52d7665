using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>A phone, key its user id: codes by SMS, tries, limits. It knows nothing of whether the user exists.</summary>
public interface IRegistrationGrain : IGrainWithStringKey
{
    /// <summary>Keeps a pending application and sends a code.</summary>
    [Traced]
    Task<Result> Register(RequestRegisterApplication request);

    /// <summary>Checks the code in constant time; five wrong tries void it. Right: the user's grain confirms the application.</summary>
    [Traced]
    Task<Result> Confirm(RequestConfirmRegistration request);

    /// <summary>Applications that wait for their code.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<ApplicationInfo[]> Pending();

    /// <summary>What an application that waits for its code is called before the others (see PublicNames); null where none waits.</summary>
    /// <param name="application">See <see cref="ApplicationNames"/>.</param>
    /// <remarks>Interleaves: <see cref="Confirm"/> calls the user's grain, which asks this.</remarks>
    [AlwaysInterleave]
    [Traced]
    Task<string?> PendingName(string application);

    /// <summary>Sends a code for a change of an existing user's; it voids an older one for the same.</summary>
    /// <remarks>Interleaves, as the next does: the user's grain calls it while <see cref="Confirm"/> may be calling the user's grain.</remarks>
    [AlwaysInterleave]
    [Traced]
    Task<Result> SendCode(CodePurpose purpose, string phone, string? androidSmsToken);

    /// <summary>
    /// Checks and consumes that code. The same right code again, while it would be valid, is right again with <see cref="CodeNotes.Again"/>:
    /// so a confirmation can be retried after a lost answer.
    /// </summary>
    [AlwaysInterleave]
    [Traced]
    Task<Result> CheckCode(CodePurpose purpose, string code);
}

/// <summary>What a code is for; a code for one thing opens no other.</summary>
public enum CodePurpose
{
    Registration,
    UpdateKeys,
    DeleteUser,
}

/// <summary>What <see cref="IRegistrationGrain.CheckCode"/> notes on a right code.</summary>
public static class CodeNotes
{
    /// <summary>It was consumed before.</summary>
    public const string Again = "again";
}
