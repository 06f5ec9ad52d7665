namespace Messenger.Ports;

/// <summary>
/// Beside an <see cref="IFileStore"/> that keeps the pieces of a growing file apart from its files, as multipart uploads: those that were left behind
/// are in no listing of files, and cost their room until they are removed.
/// </summary>
/// <remarks>Everything throws <see cref="StoreUnavailableException"/> when the store is away. Everything can be repeated.</remarks>
public interface IStoredPieces
{
    /// <summary>What was begun and neither completed nor removed, in a fixed order; empty at the end, and where the store's server cannot tell.</summary>
    /// <param name="after">The <see cref="StoredPieces.Place"/> to go on behind; null to begin.</param>
    Task<IReadOnlyList<StoredPieces>> List(string? after, int max, CancellationToken cancellation);

    /// <summary>Whether a file in this <see cref="PartialFile.State"/> goes on with these pieces.</summary>
    bool AreOf(string? state, StoredPieces pieces);

    /// <summary>Removes them. What is not there is removed already.</summary>
    Task Remove(StoredPieces pieces, CancellationToken cancellation);
}

/// <summary>Pieces of one file that grows, or grew.</summary>
/// <param name="Place">Where in the order of the listing.</param>
/// <param name="Name">Which of those that were begun for this file; opaque.</param>
public sealed record StoredPieces(string Place, Guid Id, string Name, DateTimeOffset Begun);
