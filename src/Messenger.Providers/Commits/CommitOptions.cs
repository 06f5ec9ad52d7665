namespace Messenger.Providers.Commits;

/// <summary>The bounds of the group commit. They are one set: together they keep every wait for an outcome below 10 s, which is the grains' own limit.</summary>
internal sealed record CommitOptions
{
    /// <summary>Entries of one transaction: past some hundreds a larger one is no faster, only later.</summary>
    public int BatchEntries { get; init; } = 512;

    /// <summary>Bytes of one transaction: keeps its round trip near a millisecond on a local network.</summary>
    public int BatchBytes { get; init; } = 1024 * 1024;

    /// <summary>Entries that may wait; whoever appends more waits for room.</summary>
    public int QueueEntries { get; init; } = 4096;

    /// <summary>A transaction that took longer has an unknown outcome. A little over the command timeout of the engine, which should come first.</summary>
    public TimeSpan WriteLimit { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long an entry waits for a store that is away before it is given up. With one attempt to connect it stays under 8 s.</summary>
    public TimeSpan AwayLimit { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long one attempt to connect may take.</summary>
    public TimeSpan OpenLimit { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The pause between attempts to connect, doubled up to the longest.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>When nothing was appended for so long, the journal on disk is trimmed to what is really unsettled.</summary>
    public TimeSpan TrimAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an orderly stop waits for what is queued.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(10);
}
