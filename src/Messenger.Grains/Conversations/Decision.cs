using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>What one turn of a conversation decided about a request.</summary>
/// <remarks>
/// It is made by a function that cannot await, so that a rule which was asked still holds when the change it allows is handed to the log:
/// what the function lacks is read by <see cref="After"/>, and afterwards everything is decided again from the first rule on.
/// </remarks>
internal readonly struct Decision
{
    private static readonly Task<Answer?> Done = Task.FromResult<Answer?>(Protocol.Answer.Ok);

    private Decision(Refused? refusal, Task<Answer?>? answer) => (Refusal, Answer) = (refusal, answer);

    /// <summary>A rule says no.</summary>
    public Refused? Refusal { get; }

    /// <summary>Null in it: decide again.</summary>
    public Task<Answer?>? Answer { get; }

    public static Decision Ok => new(null, Done);

    public static implicit operator Decision(Refused refusal) => new(refusal, null);

    /// <summary>Decide again when this is over: something had to be read.</summary>
    public static Decision After(Task read)
    {
        return new Decision(null, Again());

        async Task<Answer?> Again()
        {
            await read;
            return null;
        }
    }

    /// <summary>It was handed to the log in this turn, and this is what comes of it.</summary>
    public static Decision Handed(Task<Answer?> answer) => new(null, answer);
}
