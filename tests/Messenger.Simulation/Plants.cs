namespace Messenger.Simulation;

/// <summary>Faults that are not the system's: each breaks one promise, so that a test can see that the simulation notices. All off in a real run.</summary>
internal sealed record Plants
{
    public static readonly Plants None = new();

    /// <summary>The store says that it has committed what it has not.</summary>
    public bool AcknowledgesBeforeItCommits { get; init; }

    /// <summary>Who takes over raises no doubts.</summary>
    public bool ForgetsWhatIsUntold { get; init; }

    /// <summary>Who was taken over may still take conversations over, as once.</summary>
    public bool LoadsThoughFenced { get; init; }

    /// <summary>A worker that stops waits three seconds for its hand-overs, however slow the others are, as once.</summary>
    public bool GivesUpHandOversSoon { get; init; }

    /// <summary>Nobody sees that the store went back in time.</summary>
    public bool ForgetsThatItWentBack { get; init; }

    /// <summary>A gateway drops a notification.</summary>
    public bool Swallows { get; init; }

    /// <summary>A gateway sends a notification twice.</summary>
    public bool Doubles { get; init; }

    /// <summary>A gateway sends a notification before the one that comes first.</summary>
    public bool Swaps { get; init; }

    /// <summary>A page leaves a message out.</summary>
    public bool SkipsOnPages { get; init; }

    /// <summary>A phone takes the answer to its own message for proof that it has all that came before.</summary>
    public bool AnchorsAtItsOwnAnswers { get; init; }

    /// <summary>The rules that are asked; null: all.</summary>
    public IReadOnlyCollection<string>? Only { get; init; }

    /// <summary>Rules that are not asked.</summary>
    public IReadOnlyCollection<string>? Waived { get; init; }

    /// <summary>No turn goes on with what it has just made possible: an order that rests on that is no order.</summary>
    public bool BreaksTurns { get; init; }

    /// <summary>The store forgets that somebody came: what they write then is a stranger's.</summary>
    public bool KicksWithoutTelling { get; init; }

    /// <summary>Somebody who is no member is told.</summary>
    public bool TellsStrangers { get; init; }

    /// <summary>An answer counts one member too many.</summary>
    public bool MiscountsMembers { get; init; }

    /// <summary>A gateway refuses what is stored.</summary>
    public bool RefusesRetries { get; init; }

    /// <summary>A gateway says «unavailable» for no reason.</summary>
    public bool RefusesInGoodTimes { get; init; }

    /// <summary>A gateway refuses what it has passed on.</summary>
    public bool KeepsWhatItRefused { get; init; }

    /// <summary>A gateway loses an answer, and whoever waits for it waits on.</summary>
    public bool LosesAnswers { get; init; }

    /// <summary>A continuation runs on another thread.</summary>
    public bool LeavesTheThread { get; init; }

    /// <summary>A request waits as long as it takes.</summary>
    public bool HasNoDeadline { get; init; }
}
