using System.Diagnostics;
using System.Threading.Channels;
using Messenger.Ports;
using Messenger.Ports.Flow;
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

    private readonly IBatchWriter _writer;
    private readonly CommitOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly IStoreHistory? _history;
    private readonly WorkHealth _health;
    private readonly CommitMeter _meter;
    private readonly FencedConversations _closed = new();
    private readonly Channel<QueuedEntry> _queue;
    private readonly UndeliveredJournal? _unsettled;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _certain = Done();
    private int _asked;
    private Task? _closing;
    private Task<bool>? _opening;
    private bool _open;
    private int _disposed;

    /// <param name="background">Where the loop runs; null: the thread pool. A simulation has one thread, and chooses what runs next.</param>
    public CommitQueue(
        IBatchWriter writer, CommitOptions options, TimeProvider timeProvider, ILogger logger, IStoreHistory? history = null, WorkHealth? health = null,
        TaskScheduler? background = null)
    {
        _writer = writer;
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _history = history;
        _health = health ?? new MainWork(timeProvider).Commits;
        _meter = new CommitMeter(() => _queue!.Reader.Count, () => !Away && !Fenced && _health.Refusal is null);
        _unsettled = writer.Journals ? new UndeliveredJournal() : null;
        _queue = Channel.CreateBounded<QueuedEntry>(new BoundedChannelOptions(options.QueueEntries) { SingleReader = true });

        // The loop outlives whoever made it: it must not run in that one's context.
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background ?? TaskScheduler.Default).Unwrap();
        }
    }

    /// <summary>Transactions that were committed since the start.</summary>
    public long Transactions => _meter.Transactions;

    /// <summary>This process was taken over: every entry is refused from now on.</summary>
    public bool Fenced { get; private set; }

    /// <summary>Whether the last attempt reached the store.</summary>
    public bool Away => !_certain.Task.IsCompleted;

    public async Task<LogOutcome> Append(LogEntry entry)
    {
        // Only as part of somebody's trace; it tells with how many others the entry was committed.
        using var span = Activity.Current is null ? null : Source.StartActivity("log group commit");
        var pending = new QueuedEntry(entry, _timeProvider.GetTimestamp(), _closed.NextTicket());
        try
        {
            await _queue.Writer.WriteAsync(pending);
        }
        catch (ChannelClosedException)
        {
            return LogOutcome.Unknown;
        }

        var outcome = await pending.Outcome;
        span?.SetTag(Signals.CommitSize.Name, pending.BatchSize);
        return outcome;
    }

    public void Settled(Guid conversation) => _unsettled?.Settled(conversation);

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
            await Claim().WaitAsync(_options.OpenLimit, _timeProvider);

            // By a task of our own: a time-out put on one that runs its continuations elsewhere goes through the thread pool.
            await Certain().WaitAsync(_options.OpenLimit, _timeProvider);
        }
        catch (TimeoutException e)
        {
            throw new StoreUnavailableException("the log's store is away", e);
        }

        if (Fenced)
        {
            throw new WriterFencedException();
        }

        _closed.Reopen(conversation);
        return _unsettled?.Outstanding(conversation) ?? 0;
    }

    /// <summary>A read found this process fenced.</summary>
    public void FoundFenced() => Fence();

    /// <summary>Takes a conversation out of the journal, if the disk names it although it is settled.</summary>
    public async Task Leave(Guid conversation)
    {
        if (_unsettled?.NamesInVain(conversation) != true || Fenced)
        {
            return;
        }

        var trim = new QueuedEntry(new LogEntry(conversation, 0) { Notifies = false }, _timeProvider.GetTimestamp(), _closed.NextTicket(), trims: true);
        try
        {
            await _queue.Writer.WriteAsync(trim);
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
        lock (_stopping)
        {
            return _closing ??= Closing();
        }

        async Task Closing()
        {
            _queue.Writer.TryComplete();
            _stopping.CancelAfter(_options.StopLimit);
            await _loop;
        }
    }

    private async Task Certain() => await _certain.Task;

    public async ValueTask DisposeAsync()
    {
        await Close();
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _writer.DisposeAsync();
        _certain.TrySetResult();
        _stopping.Dispose();
        _meter.Dispose();
    }

    private async Task Claim()
    {
        if (!_opened.Task.IsCompleted && Interlocked.Exchange(ref _asked, 1) == 0)
        {
            // Where there is no room, what waits opens the writer.
            _queue.Writer.TryWrite(new QueuedEntry(new LogEntry(Guid.Empty, 0) { Notifies = false }, _timeProvider.GetTimestamp(), _closed.NextTicket(), trims: true));
        }

        await _opened.Task;
    }

    private async Task Run()
    {
        var batch = new List<QueuedEntry>();
        while (await Work())
        {
            if (_open || await Recover())
            {
                Take(batch);
                await Commit(batch);
                batch.Clear();
            }
        }

        if (_open && !Fenced)
        {
            await End();
        }
    }

    /// <summary>An orderly end owes nothing: whoever comes next must not raise resyncs about what was told, nor take over from a name without debts.</summary>
    private async Task End()
    {
        if (_unsettled is { Stale: true })
        {
            await Commit([]);
        }

        if (_open && !Fenced && _unsettled is { Empty: true })
        {
            try
            {
                await _writer.Retire().WaitAsync(_options.WriteLimit, _timeProvider);
                Fenced = true;
            }
#pragma warning disable CA1031 // A name that stays is taken over from: its journal names nothing.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.CloseFailed(_logger, e);
            }
        }
    }

    /// <summary>Waits for entries, or for an idle moment to trim the journal. False at the end.</summary>
    private async Task<bool> Work()
    {
        while (_unsettled is { Stored: true } && _open && !Fenced)
        {
            using var idle = new CancellationTokenSource(_options.TrimAfter, _timeProvider);
            try
            {
                return await _queue.Reader.WaitToReadAsync(idle.Token);
            }
            catch (OperationCanceledException) when (idle.IsCancellationRequested)
            {
                if (_unsettled.Stale)
                {
                    return true;
                }
            }
        }

        return await _queue.Reader.WaitToReadAsync();
    }

    private void Take(List<QueuedEntry> batch)
    {
        var bytes = 0;
        while (batch.Count < _options.BatchEntries && _queue.Reader.TryPeek(out var next)
            && (batch.Count == 0 || bytes + next.Bytes <= _options.BatchBytes) && _queue.Reader.TryRead(out next))
        {
            bytes += next.Bytes;
            batch.Add(next);
        }
    }

    private async Task Commit(List<QueuedEntry> batch)
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
            _open = false;
            _certain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _meter.Failed();
            _health.Failed(StoreFault.Words(e));
            Log.CommitFailed(_logger, batch.Count, e);
            Fail(batch, LogOutcome.Unknown);
            await Recover();
        }
    }

    private async Task Write(List<QueuedEntry> entries)
    {
        // What rests on a state that the store has not any more is as good as fenced: its conversation is to be loaded anew.
        var steps = _history?.Steps ?? 0;
        var part = entries.FindAll(pending => pending.Trims || (pending.Entry.History == steps && _closed.Admits(pending)));
        if (part.Count < entries.Count)
        {
            Settle(entries.Except(part), LogOutcome.Fenced);
            if (part.Count == 0)
            {
                return;
            }
        }

        var journal = _unsettled?.Needed(part);
        if (journal is null && part.TrueForAll(pending => pending.Trims))
        {
            Settle(part, LogOutcome.Committed);
            return;
        }

        var started = _timeProvider.GetTimestamp();
        var outcome = await _writer.Write(Batch.Of(part, journal)).WaitAsync(_options.WriteLimit, _timeProvider);
        switch (outcome)
        {
            case BatchOutcome.Written:
                _meter.Committed(part.Count, part.Sum(pending => pending.Entry.Messages.Count(row => !row.IsEvent)), _timeProvider.GetElapsedTime(started));
                part.ForEach(pending => pending.BatchSize = part.Count);

                // A trim changes a row that is there, which succeeds where nothing new would.
                if (part.Exists(pending => !pending.Trims))
                {
                    _health.Succeeded();
                }

                _unsettled?.Written(part, journal);
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
                Log.EntryRefused(_logger);
                if (part[0].Entry.BearsOthers)
                {
                    _closed.Close(part[0].Entry.Conversation);
                }

                Settle(part, LogOutcome.Refused);
                break;
            case BatchOutcome.DialogTaken when part.Count == 1:
                _closed.Close(part[0].Entry.Conversation);
                Settle(part, LogOutcome.DialogTaken);
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
        var pauses = new Backoff(_options.ShortestPause, _options.LongestPause);
        var pause = pauses.First;
        while (true)
        {
            try
            {
                GiveUpOn(_options.AwayLimit);
                _opening ??= _writer.Open(_stopping.Token);
                if (!await _opening.WaitAsync(_options.OpenLimit, _timeProvider))
                {
                    Fence();
                }

                _opening = null;
                _open = true;
                _opened.TrySetResult();
                _certain.TrySetResult();
                return true;
            }
#pragma warning disable CA1031 // A store that is away may say so in any way: it is logged and tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // An attempt that still hangs is waited for again: two at a time would fight for the connection.
                _opening = _opening is { IsCompleted: true } ? null : _opening;
                if (_queue.Reader.Completion.IsCompleted || _stopping.IsCancellationRequested)
                {
                    GiveUpOn(TimeSpan.Zero);
                    return false;
                }

                _health.Failed(StoreFault.Words(e));
                Log.StoreAway(_logger, pause, e);
            }

            await Task.Delay(pause, _timeProvider);
            pause = pauses.Next(pause);
        }
    }

    private void GiveUpOn(TimeSpan age)
    {
        while (_queue.Reader.TryPeek(out var next) && _timeProvider.GetElapsedTime(next.Since) >= age && _queue.Reader.TryRead(out next))
        {
            Fail([next], LogOutcome.Unknown);
        }
    }

    private void Fence()
    {
        if (!Fenced)
        {
            Fenced = true;
            Log.WriterFenced(_logger);
        }
    }

    private void Fail(List<QueuedEntry> entries, LogOutcome outcome)
    {
        // Of a batch that was halved, some may be settled already.
        var failed = entries.FindAll(pending => !pending.Outcome.IsCompleted);
        failed.FindAll(pending => !pending.Trims).ForEach(pending => _closed.Close(pending.Entry.Conversation));
        if (outcome == LogOutcome.Unknown)
        {
            _unsettled?.Unknown(failed);
        }

        Settle(failed, outcome);
    }

    private static void Settle(IEnumerable<QueuedEntry> entries, LogOutcome outcome)
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
