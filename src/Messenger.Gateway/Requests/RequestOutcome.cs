using Messenger.Contracts;
using Messenger.Gateway.Delivery;
using Messenger.Protocol;

namespace Messenger.Gateway.Requests;

/// <summary>How a request came out, before it is a frame: refused, or a response (as an object, or as JSON already), or done.</summary>
internal readonly record struct RequestOutcome(Error? Error, object? Value = null, byte[]? Json = null, string? Note = null)
{
    /// <summary>Members of <see cref="Json"/> that only some sessions see; null for none.</summary>
    public Addition[]? Additions { get; init; }

    /// <summary>Of a login that had a cursor: whether it cannot go on there; null otherwise.</summary>
    public bool? Resync { get; init; }

    /// <summary>What the session becomes once this answer is queued; null where it stays what it is.</summary>
    public Entry? Entry { get; init; }

    /// <summary>Runs once the answer is queued; null for nothing.</summary>
    public Action? Then { get; init; }

    /// <summary>The request's status, for the figures.</summary>
    public string Status => Error?.Status ?? Statuses.Ok;

    public static implicit operator RequestOutcome(Error error) => new(error);

    public static RequestOutcome Of(Result answer) => new(answer.Error, Note: answer.Note);

    public static RequestOutcome Of<T>(Result<T> answer)
        where T : class =>
        answer is { Error: null, Value: null }
            ? throw new InvalidOperationException($"an answer with neither {typeof(T).Name} nor refusal")
            : new RequestOutcome(answer.Error, answer.Value);
}

/// <summary>A login that succeeded: who the session is from now on, and its share in its device's notifications.</summary>
internal sealed record Entry(Caller Caller, Subscription Subscription);
