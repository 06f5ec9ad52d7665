namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>A promise that was broken.</summary>
public enum FaultKind
{
    /// <summary>An acknowledged message is not in the final history.</summary>
    Lost,

    /// <summary>A message is in the final history more than once.</summary>
    LoggedTwice,

    /// <summary>A message is there that nobody sent.</summary>
    Invented,

    /// <summary>A message is there with another body than was acknowledged.</summary>
    Altered,

    /// <summary><c>created</c> does not strictly increase.</summary>
    TimeNotIncreasing,

    /// <summary>A device got the same cursor or the same message twice between two resynchronisations.</summary>
    Doubled,

    /// <summary>A device saw another order than the history's.</summary>
    Reordered,

    /// <summary>A device missed something between two things that it got, and was not told.</summary>
    Gap,

    /// <summary>
    /// A device that synchronises from the newest message it got, as the protocol says, never asks for something older that it did not get: being told to
    /// resynchronise came too late for it.
    /// </summary>
    SilentLoss,

    /// <summary>A device that stayed connected did not get what came at the end.</summary>
    Silence,

    /// <summary>A device got its own message as a notification.</summary>
    Echoed,

    /// <summary>A device got a message of a time when its user was no member.</summary>
    Overheard,

    /// <summary>A device was told of a message that is not in the history.</summary>
    Phantom,

    /// <summary>A notification came before the connection was authenticated.</summary>
    Early,

    /// <summary>A counter is not what the acknowledged receipts add up to.</summary>
    WrongCounter,
}

/// <summary>One broken promise, and where.</summary>
public sealed record Fault(FaultKind Kind, string Where)
{
    public override string ToString() => $"{Kind}: {Where}";
}
