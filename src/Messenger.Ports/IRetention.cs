namespace Messenger.Ports;

/// <summary>Messages that are older than the operator keeps them.</summary>
public interface IMessageRetention
{
    /// <summary>
    /// One bounded step through the conversations: removes messages created before <paramref name="before"/>. The newest of each conversation stays
    /// as a shell (deleted, without body), so that its numbering goes on.
    /// </summary>
    /// <param name="before">Milliseconds since the Unix epoch.</param>
    /// <param name="after">Where the last step ended; null to begin.</param>
    /// <param name="max">Messages to remove at most.</param>
    /// <param name="dryRun">Only counts.</param>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    Task<RetentionStep> Step(long before, Guid? after, int max, bool dryRun);
}

/// <summary>Files that are older than the operator keeps them.</summary>
public interface IFileRetention
{
    /// <summary>One bounded step: removes files stored before <paramref name="before"/>, or counts them.</summary>
    /// <inheritdoc cref="IMessageRetention.Step"/>
    Task<RetentionStep> Step(long before, Guid? after, int max, bool dryRun);
}

/// <summary>What one step did.</summary>
/// <param name="Removed">Or would have been, in a dry run.</param>
/// <param name="Next">Where the next step goes on; null when there is none.</param>
public readonly record struct RetentionStep(long Removed, Guid? Next);
