namespace Messenger.Providers.Commits;

/// <summary>One engine's way to commit a batch, on one connection. Called by one loop, never twice at a time.</summary>
internal interface IBatchWriter : IAsyncDisposable
{
    /// <summary>Whether it keeps the journal of unsettled conversations.</summary>
    bool Journals { get; }

    /// <summary>
    /// Connects, anew after a failure. When it returned, nothing that was handed to <see cref="Write"/> before can still reach the disk.
    /// False when this process may not write any more.
    /// </summary>
    Task<bool> Open(CancellationToken cancellation);

    /// <summary>Gives this writer's name up, with its journal: nothing is written any more. On the open connection.</summary>
    Task Retire();

    /// <summary>Commits the whole batch or nothing of it. Throws when it cannot say which.</summary>
    Task<BatchOutcome> Write(Batch batch);
}

/// <summary>What became of a batch; but for <see cref="Written"/>, nothing of it is kept.</summary>
internal enum BatchOutcome
{
    Written,

    /// <summary>A message of it has a uuid that its conversation has already.</summary>
    UuidTaken,

    /// <summary>A message of it has a sequence that its conversation has already; or it creates one that is there.</summary>
    SequenceTaken,

    /// <summary>It opens a dialog of two who have one.</summary>
    DialogTaken,

    /// <summary>An entry of it changes a conversation that another activation has taken over.</summary>
    TermPassed,

    /// <summary>A value of it is none that the store takes: one entry must not take the others down.</summary>
    Refused,

    /// <summary>This process was taken over.</summary>
    WriterFenced,
}
