using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>What one turn of a conversation decided about a request.</summary>
/// <remarks>
/// It is made by a function that cannot await, so that a rule which was asked still holds when the change it allows is handed to the log:
/// what the function lacks is read by <see cref="After"/>, and afterwards everything is decided again from the first rule on.
/// </remarks>
internal readonly struct Decision
{
    private static readonly Task<Result?> Done = Task.FromResult<Result?>(Result.Ok);

    private Decision(Error? error, Task<Result?>? result) => (Error, Outcome) = (error, result);

    /// <summary>A rule says no.</summary>
    public Error? Error { get; }

    /// <summary>Null in it: decide again.</summary>
    public Task<Result?>? Outcome { get; }

    public static Decision Ok => new(null, Done);

    public static implicit operator Decision(Error error) => new(error, null);

    /// <summary>Decide again when this is over: something had to be read.</summary>
    public static Decision After(Task read)
    {
        return new Decision(null, Again());

        async Task<Result?> Again()
        {
            await read;
            return null;
        }
    }

    /// <summary>It was handed to the log in this turn, and this is what comes of it.</summary>
    public static Decision Handed(Task<Result?> result) => new(null, result);
}
