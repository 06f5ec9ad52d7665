namespace Messenger.Ports;

/// <summary>The bytes of files, on a disk or in an object store. What they belong to is rows, and not its business.</summary>
/// <remarks>
/// What it guarantees:
/// what <see cref="Append"/> reported as progress is durable, and any process on the same store can go on from there;
/// a file is read as a whole or not at all: until <see cref="Complete"/> is called, <see cref="Read"/> and <see cref="Size"/> know nothing of a part of it;
/// no file is held in memory: what an append or a read takes does not grow with the file.
/// Everything throws <see cref="StoreUnavailableException"/> when the store is away, slow beyond its limits, or full. Everything can be repeated.
/// </remarks>
public interface IFileStore
{
    /// <summary>
    /// Writes content behind the bytes that are durable, to the content's end or the file's. What an earlier append wrote and did not report is overwritten.
    /// </summary>
    /// <param name="file">As the last reported progress left it.</param>
    /// <param name="progress">Called now and then with what is durable by now, and at the end. What it throws ends the append.</param>
    /// <returns>The file as it is durable.</returns>
    /// <exception cref="FileBusyException">Another append still writes this file.</exception>
    /// <exception cref="ContentBrokenException">The content could not be read on: what had come before is durable and was reported.</exception>
    Task<PartialFile> Append(PartialFile file, Stream content, Func<PartialFile, Task> progress, CancellationToken cancellation);

    /// <summary>Makes a file whose bytes are all there readable, durably. Whoever appends must have ended.</summary>
    Task Complete(PartialFile file, CancellationToken cancellation);

    /// <summary>Opens a range of a complete file; null when there is none. The range lies inside the file.</summary>
    Task<Stream?> Read(Guid id, long from, long count, CancellationToken cancellation);

    /// <summary>Bytes of a complete file; null when there is none.</summary>
    Task<long?> Size(Guid id, CancellationToken cancellation);

    /// <summary>Removes a file, complete or not. One that is not there is removed already.</summary>
    /// <param name="state">The state of a file that is not complete; null where it is not known or there is none.</param>
    Task Remove(Guid id, string? state, CancellationToken cancellation);

    /// <summary>What is in the store, complete or not, in a fixed order: the sweep for what no row names.</summary>
    /// <param name="after">The <see cref="StoredObject.Place"/> to go on behind; null to begin.</param>
    Task<IReadOnlyList<StoredObject>> List(string? after, int max, CancellationToken cancellation);
}

/// <summary>A file that is being written.</summary>
/// <param name="Offset">Bytes that are durable.</param>
/// <param name="Length">Bytes that it will have.</param>
/// <param name="State">What the store remembers about it; opaque, null at first.</param>
public sealed record PartialFile(Guid Id, long Length, long Offset = 0, string? State = null);

/// <summary>Something in the store.</summary>
/// <param name="Place">Where in the order of the listing.</param>
/// <param name="Written">When it was written last.</param>
public sealed record StoredObject(string Place, Guid Id, long Bytes, DateTimeOffset Written);
