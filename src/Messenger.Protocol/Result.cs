using Orleans;

namespace Messenger.Protocol;

/// <summary>Why a request was not done: a status other than <c>ok</c>, and a sentence that a client developer can act on.</summary>
/// <param name="RetryAfter">Seconds after which it may be different; 0 where nobody can tell.</param>
/// <param name="ConversationUuid">Of a conflict: the conversation that stands there already, or null.</param>
/// <param name="RegistrationLock">What is missing is the account's registration lock.</param>
/// <remarks>A refusal is an answer and never an exception: thrown across grains it costs three times a call.</remarks>
[GenerateSerializer, Immutable]
public sealed record Error(string Status, string Description, int RetryAfter = 0, string? ConversationUuid = null, bool RegistrationLock = false)
{
    public static Error BadRequest(string description) => new(Statuses.BadRequest, description);

    public static Error Unauthenticated(string description) => new(Statuses.Unauthenticated, description);

    public static Error Forbidden(string description) => new(Statuses.Forbidden, description);

    public static Error NotFound(string description) => new(Statuses.NotFound, description);

    public static Error Conflict(string description) => new(Statuses.Conflict, description);

    /// <param name="seconds">How long to wait.</param>
    public static Error TooManyRequests(string what, int seconds) =>
        new(Statuses.TooManyRequests, $"{what}; try again in {seconds} s") { RetryAfter = seconds };

    public static Error Unavailable(string description) => new(Statuses.Unavailable, description);

    /// <inheritdoc cref="TooManyRequests"/>
    public static Error Unavailable(string what, int seconds) =>
        new(Statuses.Unavailable, $"{what}; try again in {seconds} s") { RetryAfter = seconds };
}

/// <summary>The outcome of a request that is answered by a <see cref="ResponseStatusMessage"/>: done, or refused.</summary>
/// <param name="Error">Null when it was done.</param>
/// <param name="Note">The <c>description</c> of an <c>ok</c>, mostly null.</param>
[GenerateSerializer, Immutable]
public readonly record struct Result(Error? Error, string? Note)
{
    /// <summary>Done, nothing to add.</summary>
    public static readonly Result Ok;

    public static implicit operator Result(Error refusal) => new(refusal, null);
}

/// <summary>The outcome of a request that has a response of its own: the response, or a refusal.</summary>
[GenerateSerializer, Immutable]
public readonly record struct Result<T>(T? Value, Error? Error)
    where T : class
{
    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error refusal) => new(null, refusal);
}
