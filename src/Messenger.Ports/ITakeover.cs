namespace Messenger.Ports;

/// <summary>How the survivors learn what a dead process left half told.</summary>
/// <remarks>
/// Each process writes the log under a name of its own. <see cref="IMessageLog.Append"/> records, in the commit itself, which conversations
/// it has not settled yet; a name that was taken over can commit nothing any more.
/// </remarks>
public interface ITakeover
{
    /// <summary>Every name that ever wrote and was not retired, with this process's own.</summary>
    Task<IReadOnlyList<string>> Writers();

    /// <summary>Forbids this name to commit from now on, and returns the conversations it had not settled. Can be repeated.</summary>
    Task<IReadOnlyList<Guid>> Fence(string writer);

    /// <summary>Forgets a fenced name, when its conversations were told.</summary>
    Task Retire(string writer);
}

/// <summary>The name under which this process writes: unique per start.</summary>
public interface IWriterName
{
    string Name { get; }
}
