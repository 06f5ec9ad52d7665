namespace Messenger.Ports;

/// <summary>Files that nothing belongs to any more: the collector's list.</summary>
/// <remarks>Everything here throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IFileGarbage
{
    /// <summary>At most so many files to remove from the store, in no order.</summary>
    Task<IReadOnlyList<GarbageRow>> Take(int max);

    /// <summary>They are removed from the store.</summary>
    Task Removed(IReadOnlyCollection<Guid> files);

    /// <summary>Which of these some row names: an upload, a file of a message, an avatar, or garbage.</summary>
    Task<IReadOnlyList<Guid>> Named(IReadOnlyCollection<Guid> files);
}

/// <summary>A file to remove.</summary>
/// <param name="State">What the store remembers about it, where it was never completed.</param>
public sealed record GarbageRow(Guid File, string? State);
