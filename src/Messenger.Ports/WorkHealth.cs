namespace Messenger.Ports;

/// <summary>One kind of work that this process does, and since when nothing but refusals came of it.</summary>
/// <remarks>
/// Whoever does the work says how each piece of it ended: a success ends what was before. So one slow second is nothing, and neither is a
/// store that refuses some. Calls from several threads may interleave in any order: what is lost then is one piece's outcome beside another's of the same moment.
/// </remarks>
public sealed class WorkHealth(string what, TimeProvider timeProvider)
{
    /// <summary>
    /// Refused for so long is refused: a restart or failover of a store takes less, and taking processes out of service for one would make
    /// late into never.
    /// </summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>A refusal that old is no contradiction to a probe that just _succeeded: whoever still works here would have failed since.</summary>
    private static readonly TimeSpan Recent = Timeout / 2;

    /// <summary>Time stamps; 0 for none.</summary>
    private long _succeeded;

    private long _failedFirst;
    private long _failedLast;
    private string _reason = "";

    /// <summary>Whether the last piece of work was refused.</summary>
    public bool InDoubt => Volatile.Read(ref _failedFirst) != 0;

    /// <summary>What to tell when it has been refused for long; null while it goes well, and for as long as it may be a passing thing.</summary>
    public string? Refusal =>
        Volatile.Read(ref _failedFirst) is not 0 and var since && timeProvider.GetElapsedTime(since) is var lasted && lasted >= Timeout
            ? $"{what} refused for {lasted.TotalSeconds:0} s: {Volatile.Read(ref _reason)}"
            : null;

    /// <summary>Whether it went well just now, so that nobody need try it for the sake of knowing.</summary>
    public bool SucceededWithin(TimeSpan span) =>
        Volatile.Read(ref _succeeded) is not 0 and var last && !InDoubt && timeProvider.GetElapsedTime(last) < span;

    public void Succeeded()
    {
        Volatile.Write(ref _succeeded, Now);
        if (Volatile.Read(ref _failedFirst) != 0)
        {
            Volatile.Write(ref _failedFirst, 0);
        }
    }

    /// <param name="why">For the operator: it names no host, no user and no value.</param>
    public void Failed(string why)
    {
        var now = Now;
        Volatile.Write(ref _reason, why);
        Volatile.Write(ref _failedLast, now);
        Interlocked.CompareExchange(ref _failedFirst, now, 0);
    }

    /// <summary>
    /// A probe that takes the same way _succeeded. It is less than the work itself (a small write fits where a large one does not), so what
    /// was refused a moment ago still counts for more.
    /// </summary>
    public void Probed()
    {
        if (InDoubt && timeProvider.GetElapsedTime(Volatile.Read(ref _failedLast)) >= Recent)
        {
            Volatile.Write(ref _failedFirst, 0);
        }
    }

    private long Now => Math.Max(1, timeProvider.GetTimestamp());
}

/// <summary>The main work of a process, by kind. What it does not do never fails: one list serves every role.</summary>
public sealed class MainWork(TimeProvider timeProvider)
{
    /// <summary>Transactions of the message log.</summary>
    public WorkHealth Commits { get; } = new("writes of the message log have been", timeProvider);

    /// <summary>Reads by the pool of connections.</summary>
    public WorkHealth Reads { get; } = new("reads of the store have been", timeProvider);

    /// <summary>Writes by the same pool.</summary>
    public WorkHealth Writes { get; } = new("writes of the store have been", timeProvider);

    /// <summary>Reads of the state of users and registrations, which have a pool of their own.</summary>
    public WorkHealth StateReads { get; } = new("reads of the state of users have been", timeProvider);

    public WorkHealth StateWrites { get; } = new("writes of the state of users have been", timeProvider);

    /// <summary>Requests of those who are logged in, as a gateway sees them answered.</summary>
    public WorkHealth Requests { get; } = new("requests have been", timeProvider);

    public IReadOnlyList<WorkHealth> All => field ??= [Commits, Reads, Writes, StateReads, StateWrites, Requests];

    /// <summary>One sentence for each kind that is refused.</summary>
    public IEnumerable<string> Refusals => All.Select(work => work.Refusal).OfType<string>();
}
