using Messenger.Ports;

namespace Messenger.Providers.Commits;

/// <summary>An entry on its way.</summary>
/// <param name="trims">Writes nothing of its own: it asks that the journal name nothing settled.</param>
internal sealed class QueuedEntry(LogEntry entry, long since, long ticket, bool trims = false)
{
    /// <summary>About what a row costs besides its texts.</summary>
    private const int RowBytes = 200;

    private readonly TaskCompletionSource<LogOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogEntry Entry { get; } = entry;

    public bool Trims { get; } = trims;

    /// <summary>When it was handed in, as the clock's timestamp.</summary>
    public long Since { get; } = since;

    /// <summary>Its place in the order in which entries were handed in.</summary>
    public long Ticket { get; } = ticket;

    public int Bytes { get; } =
        entry.Messages.Sum(row => RowBytes + (row.Body?.Length ?? 0))
        + entry.Keys.Sum(row => RowBytes + row.KeyEncrypted.Length + row.Signature.Length)
        + (RowBytes * (entry.Members.Count + entry.Receipts.Count + entry.Marks.Count + entry.Files.Count + 1));

    /// <summary>Entries of the transaction that committed it; 0 before.</summary>
    public int BatchSize { get; set; }

    public Task<LogOutcome> Outcome => _outcome.Task;

    public void Settle(LogOutcome value) => _outcome.TrySetResult(value);
}
