using System.Diagnostics;
using System.Threading.Channels;
using Messenger.Ports;
using Messenger.Telemetry;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Commits;

/// <summary>
/// The group commit: one loop takes what is queued, in order, and commits it in one transaction.
/// </summary>
/// <remarks>
/// A batch that hits a taken uuid, a taken sequence or a passed term is halved, the first half first, until the entry that hit it stands alone:
/// order inside a conversation is kept, and one bad entry costs some transactions instead of the batch. So does one with a value that the store
/// refuses: it is known not to be there, and nothing is in doubt.
/// </remarks>
internal sealed class CommitQueue : IAsyncDisposable
{
    private static readonly ActivitySource Source = new(CommitMeter.Name);

    private readonly IBatchWriter writer;
    private readonly CommitOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly IStoreHistory? history;
    private readonly WorkHealth health;
    private readonly CommitMeter meter;
    private readonly ClosedConversations closed = new();
    private readonly Channel<Pending> queue;
    private readonly UnsettledSet? unsettled;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource certain = Done();
    private int asked;
    private Task? closing;
    private Task<bool>? opening;
    private bool open;
    private int disposed;

    /// <param name="background">Where the loop runs; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
    public CommitQueue(
        IBatchWriter writer, CommitOptions options, TimeProvider clock, ILogger logger, IStoreHistory? history = null, WorkHealth? health = null,
        TaskScheduler? background = null)
    {
        this.writer = writer;
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        this.history = history;
        this.health = health ?? new MainWork(clock).Commits;
        meter = new CommitMeter(() => queue!.Reader.Count, () => !Away && !Fenced && this.health.Refusal is null);
        unsettled = writer.Journals ? new UnsettledSet() : null;
        queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(options.QueueEntries) { SingleReader = true });

        // The loop outlives whoever made it: it must not run in that one's context.
        using (ExecutionContext.SuppressFlow())
        {
            loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background ?? TaskScheduler.Default).Unwrap();
        }
    }

    /// <summary>Transactions that were committed since the start.</summary>
    public long Transactions => meter.Transactions;

    /// <summary>This process was taken over: every entry is refused from now on.</summary>
    public bool Fenced { get; private set; }

    /// <summary>Whether the last attempt reached the store.</summary>
    public bool Away => !certain.Task.IsCompleted;

    public async Task<LogOutcome> Append(LogEntry entry)
    {
        // Only as part of somebody's trace; it tells with how many others the entry was committed.
        using var span = Activity.Current is null ? null : Source.StartActivity("log group commit");
        var pending = new Pending(entry, clock.GetTimestamp(), closed.NextTicket());
        try
        {
            await queue.Writer.WriteAsync(pending);
        }
        catch (ChannelClosedException)
        {
            return LogOutcome.Unknown;
        }

        var outcome = await pending.Outcome;
        span?.SetTag(Signals.CommitSize.Name, pending.Together);
        return outcome;
    }

    public void Settled(Guid conversation) => unsettled?.Settled(conversation);

    /// <summary>
    /// Before a conversation is loaded: returns when no commit of this process is in doubt any more, so that the load sees what became
    /// of an unknown outcome. Entries handed in from then on are taken again.
    /// </summary>
    /// <returns>Entries of the conversation that this process has not settled.</returns>
    /// <exception cref="StoreUnavailableException">The store stayed away.</exception>
    /// <exception cref="WriterFencedException">This process was taken over: what it would load, it could neither change nor tell.</exception>
    public async Task<int> Loading(Guid conversation)
    {
        try
        {
            // A name that was never claimed could be fenced and forgotten before: then nobody could tell this process that it may not load.
            await Claim().WaitAsync(options.OpenLimit, clock);

            // By a task of our own: a time-out put on one that runs its continuations elsewhere goes through the thread pool.
            await Certain().WaitAsync(options.OpenLimit, clock);
        }
        catch (TimeoutException e)
        {
            throw new StoreUnavailableException("the log's store is away", e);
        }

        if (Fenced)
        {
            throw new WriterFencedException();
        }

        closed.Reopen(conversation);
        return unsettled?.Outstanding(conversation) ?? 0;
    }

    /// <summary>A read found this process fenced.</summary>
    public void FoundFenced() => Fence();

    /// <summary>Takes a conversation out of the journal, if the disk names it although it is settled.</summary>
    public async Task Leave(Guid conversation)
    {
        if (unsettled?.NamesInVain(conversation) != true || Fenced)
        {
            return;
        }

        var trim = new Pending(new LogEntry(conversation, 0) { Notifies = false }, clock.GetTimestamp(), closed.NextTicket(), trims: true);
        try
        {
            await queue.Writer.WriteAsync(trim);
        }
        catch (ChannelClosedException)
        {
            // The end of the loop trims all of it.
            return;
        }

        await trim.Outcome;
    }

    /// <summary>The orderly end, within <see cref="CommitOptions.StopLimit"/> whatever is away: see <see cref="IMessageLog.Close"/>.</summary>
    public Task Close()
    {
        lock (stopping)
        {
            return closing ??= Closing();
        }

        async Task Closing()
        {
            queue.Writer.TryComplete();
            stopping.CancelAfter(options.StopLimit);
            await loop;
        }
    }

    private async Task Certain() => await certain.Task;

    public async ValueTask DisposeAsync()
    {
        await Close();
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        await writer.DisposeAsync();
        certain.TrySetResult();
        stopping.Dispose();
        meter.Dispose();
    }

    private async Task Claim()
    {
        if (!opened.Task.IsCompleted && Interlocked.Exchange(ref asked, 1) == 0)
        {
            // Where there is no room, what waits opens the writer.
            queue.Writer.TryWrite(new Pending(new LogEntry(Guid.Empty, 0) { Notifies = false }, clock.GetTimestamp(), closed.NextTicket(), trims: true));
        }

        await opened.Task;
    }

    private async Task Run()
    {
        var batch = new List<Pending>();
        while (await Work())
        {
            if (open || await Recover())
            {
                Take(batch);
                await Commit(batch);
                batch.Clear();
            }
        }

        if (open && !Fenced)
        {
            await End();
        }
    }

    /// <summary>An orderly end owes nothing: whoever comes next must not raise doubts about what was told, nor take over from a name without debts.</summary>
    private async Task End()
    {
        if (unsettled is { Stale: true })
        {
            await Commit([]);
        }

        if (open && !Fenced && unsettled is { Empty: true })
        {
            try
            {
                await writer.Retire().WaitAsync(options.WriteLimit, clock);
                Fenced = true;
            }
#pragma warning disable CA1031 // A name that stays is taken over from: its journal names nothing.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.CloseFailed(logger, e);
            }
        }
    }

    /// <summary>Waits for entries, or for an idle moment to trim the journal. False at the end.</summary>
    private async Task<bool> Work()
    {
        while (unsettled is { Stored: true } && open && !Fenced)
        {
            using var idle = new CancellationTokenSource(options.TrimAfter, clock);
            try
            {
                return await queue.Reader.WaitToReadAsync(idle.Token);
            }
            catch (OperationCanceledException) when (idle.IsCancellationRequested)
            {
                if (unsettled.Stale)
                {
                    return true;
                }
            }
        }

        return await queue.Reader.WaitToReadAsync();
    }

    private void Take(List<Pending> batch)
    {
        var bytes = 0;
        while (batch.Count < options.BatchEntries && queue.Reader.TryPeek(out var next)
            && (batch.Count == 0 || bytes + next.Bytes <= options.BatchBytes) && queue.Reader.TryRead(out next))
        {
            bytes += next.Bytes;
            batch.Add(next);
        }
    }

    private async Task Commit(List<Pending> batch)
    {
        if (Fenced)
        {
            Settle(batch, LogOutcome.Fenced);
            return;
        }

        try
        {
            await Write(batch);
        }
#pragma warning disable CA1031 // Whatever went wrong on the way, the outcome is unknown; what it was is in the log.
        catch (Exception e)
#pragma warning restore CA1031
        {
            open = false;
            certain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            meter.Failed();
            health.Failed(StoreFault.Words(e));
            Log.CommitFailed(logger, batch.Count, e);
            Fail(batch, LogOutcome.Unknown);
            await Recover();
        }
    }

    private async Task Write(List<Pending> entries)
    {
        // What rests on a state that the store has not any more is as good as fenced: its conversation is to be loaded anew.
        var steps = history?.Steps ?? 0;
        var part = entries.FindAll(pending => pending.Trims || (pending.Entry.History == steps && closed.Admits(pending)));
        if (part.Count < entries.Count)
        {
            Settle(entries.Except(part), LogOutcome.Fenced);
            if (part.Count == 0)
            {
                return;
            }
        }

        var journal = unsettled?.Needed(part);
        if (journal is null && part.TrueForAll(pending => pending.Trims))
        {
            Settle(part, LogOutcome.Committed);
            return;
        }

        var started = clock.GetTimestamp();
        var outcome = await writer.Write(Batch.Of(part, journal)).WaitAsync(options.WriteLimit, clock);
        switch (outcome)
        {
            case BatchOutcome.Written:
                meter.Committed(part.Count, clock.GetElapsedTime(started));
                part.ForEach(pending => pending.Together = part.Count);

                // A trim changes a row that is there, which succeeds where nothing new would.
                if (part.Exists(pending => !pending.Trims))
                {
                    health.Succeeded();
                }

                unsettled?.Written(part, journal);
                Settle(part, LogOutcome.Committed);
                break;
            case BatchOutcome.WriterFenced:
                Fence();
                Settle(part, LogOutcome.Fenced);
                break;
            case BatchOutcome.UuidTaken when part.Count == 1:
                Settle(part, LogOutcome.Duplicate);
                break;
            case BatchOutcome.SequenceTaken or BatchOutcome.TermPassed when part.Count == 1:
                Fail(part, LogOutcome.Fenced);
                break;
            case BatchOutcome.Refused when part.Count == 1:
                Log.EntryRefused(logger);
                if (part[0].Entry.BearsOthers)
                {
                    closed.Close(part[0].Entry.Conversation);
                }

                Settle(part, LogOutcome.Refused);
                break;
            default:
                await Write(part[..(part.Count / 2)]);
                await Write(part[(part.Count / 2)..]);
                break;
        }
    }

    /// <summary>Connects, however long it takes; meanwhile nobody waits longer than the limit. False when stopped.</summary>
    private async Task<bool> Recover()
    {
        var pause = options.ShortestPause;
        while (true)
        {
            try
            {
                GiveUpOn(options.AwayLimit);
                opening ??= writer.Open(stopping.Token);
                if (!await opening.WaitAsync(options.OpenLimit, clock))
                {
                    Fence();
                }

                opening = null;
                open = true;
                opened.TrySetResult();
                certain.TrySetResult();
                return true;
            }
#pragma warning disable CA1031 // A store that is away may say so in any way: it is logged and tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // An attempt that still hangs is waited for again: two at a time would fight for the connection.
                opening = opening is { IsCompleted: true } ? null : opening;
                if (queue.Reader.Completion.IsCompleted || stopping.IsCancellationRequested)
                {
                    GiveUpOn(TimeSpan.Zero);
                    return false;
                }

                health.Failed(StoreFault.Words(e));
                Log.StoreAway(logger, pause, e);
            }

            await Task.Delay(pause, clock);
            pause = pause * 2 < options.LongestPause ? pause * 2 : options.LongestPause;
        }
    }

    private void GiveUpOn(TimeSpan age)
    {
        while (queue.Reader.TryPeek(out var next) && clock.GetElapsedTime(next.Since) >= age && queue.Reader.TryRead(out next))
        {
            Fail([next], LogOutcome.Unknown);
        }
    }

    private void Fence()
    {
        if (!Fenced)
        {
            Fenced = true;
            Log.WriterFenced(logger);
        }
    }

    private void Fail(List<Pending> entries, LogOutcome outcome)
    {
        // Of a batch that was halved, some may be settled already.
        var failed = entries.FindAll(pending => !pending.Outcome.IsCompleted);
        failed.FindAll(pending => !pending.Trims).ForEach(pending => closed.Close(pending.Entry.Conversation));
        if (outcome == LogOutcome.Unknown)
        {
            unsettled?.Unknown(failed);
        }

        Settle(failed, outcome);
    }

    private static void Settle(IEnumerable<Pending> entries, LogOutcome outcome)
    {
        foreach (var pending in entries)
        {
            pending.Settle(outcome);
        }
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
