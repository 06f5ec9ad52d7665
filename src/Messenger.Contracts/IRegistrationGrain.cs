using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>A phone, key its user id: codes by SMS, tries, limits. It knows nothing of whether the user exists.</summary>
public interface IRegistrationGrain : IGrainWithStringKey
{
    /// <summary>Keeps a pending application and sends a code.</summary>
    [Traced]
    Task<Result> Register(RequestRegisterApplication request, RegistrationOrigin origin);

    /// <summary>As the other, from a gateway of the previous release, which does not say where it comes from.</summary>
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

    /// <summary>
    /// The application that waits for its code under this name, with its uuid, to be confirmed without one; null where none waits, or where its uuid
    /// cannot be read.
    /// </summary>
    /// <param name="publicName">What the others call it.</param>
    /// <remarks>Interleaves, as <see cref="PendingName"/> does.</remarks>
    [AlwaysInterleave]
    [Traced]
    Task<ApplicationInfo?> Waiting(string publicName);

    /// <summary>It was confirmed without its code, which confirms nothing more; who gives it all the same is told ok. Can be repeated.</summary>
    [AlwaysInterleave]
    [Traced]
    Task Approved(string publicName);

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

/// <summary>Where a registration comes from, as far as its gateway knows.</summary>
/// <param name="Frequent">Its network asked for many codes today.</param>
[GenerateSerializer, Immutable]
public sealed record RegistrationOrigin(string? Address, bool Frequent)
{
    public static RegistrationOrigin Unknown { get; } = new(null, Frequent: false);
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
