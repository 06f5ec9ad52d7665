using System.Diagnostics;
using System.Threading.Channels;
using Messenger.Ports;
using Messenger.Providers.Commits;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>The group commit against a writer that does what the test says.</summary>
#pragma warning disable CA1001 // The queue is disposed of where xunit asks for it: IAsyncLifetime.
public sealed class CommitQueueTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly CommitOptions Options = new();

    private readonly FakeTimeProvider _clock = new();
    private readonly Writer _writer = new();
    private readonly CommitQueue _queue;

    public CommitQueueTests() => _queue = new CommitQueue(_writer, Options, _clock, NullLogger.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _writer.Finish();
        return AdvanceUntil(_queue.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task What_queues_during_a_commit_goes_in_one()
    {
        var first = _queue.Append(Said(1));
        var commit = await _writer.Next();
        var others = Enumerable.Range(2, 600).Select(sequence => _queue.Append(Said(sequence))).ToList();

        commit.Answer.SetResult(BatchOutcome.Written);
        var second = await _writer.Next();
        second.Answer.SetResult(BatchOutcome.Written);
        var third = await _writer.Next();
        third.Answer.SetResult(BatchOutcome.Written);

        Assert.Equal(LogOutcome.Committed, await first);
        await Task.WhenAll(others);
        Assert.Equal([1, Options.BatchEntries, 600 - Options.BatchEntries], new[] { commit, second, third }.Select(batch => batch.Batch.Messages.Count));
        Assert.Equal(Enumerable.Range(2, 512).Select(sequence => (long)sequence), second.Batch.Messages.Select(message => message.Row.Sequence));
    }

    [Fact]
    public async Task A_batch_is_bounded_in_bytes()
    {
        var first = _queue.Append(Said(1));
        var commit = await _writer.Next();
        var large = Enumerable.Range(2, 3).Select(sequence => _queue.Append(
            new(Guid.NewGuid(), 0) { Messages = [Sample.Message(sequence, "ann", new string('x', Options.BatchBytes / 2))] })).ToList();

        commit.Answer.SetResult(BatchOutcome.Written);
        foreach (var _ in large)
        {
            var next = await _writer.Next();
            Assert.Single(next.Batch.Messages);
            next.Answer.SetResult(BatchOutcome.Written);
        }

        Assert.All(await Task.WhenAll([first, .. large]), outcome => Assert.Equal(LogOutcome.Committed, outcome));
    }

    [Fact]
    public async Task While_the_store_is_away_nobody_waits_beyond_the_limit()
    {
        _writer.Away = true;
        var early = _queue.Append(Said(1));
        await _writer.Opening.Reader.ReadAsync();
        _clock.Advance(Options.AwayLimit / 2);
        var late = _queue.Append(Said(2));

        await AdvanceUntil(early);
        Assert.Equal(LogOutcome.Unknown, await early);
        await AdvanceUntil(late);
        Assert.Equal(LogOutcome.Unknown, await late);
    }

    [Fact]
    public async Task A_commit_that_hangs_is_unknown_and_the_writer_is_opened_anew()
    {
        var hanging = _queue.Append(Said(1));
        await _writer.Next();
        var opened = _writer.Opened;

        await AdvanceUntil(hanging);

        Assert.Equal(LogOutcome.Unknown, await hanging);
        var next = _queue.Append(Said(1));
        (await _writer.Next()).Answer.SetResult(BatchOutcome.Written);
        Assert.Equal(LogOutcome.Committed, await next);
        Assert.Equal(opened + 1, _writer.Opened);
    }

    [Fact]
    public async Task What_follows_an_unknown_entry_is_fenced_until_the_conversation_is_loaded()
    {
        var at = Guid.NewGuid();
        var first = _queue.Append(Sample.Said(at, Sample.Message(1, "ann")));
        var commit = await _writer.Next();
        var behind = _queue.Append(Sample.Said(at, Sample.Message(2, "ann")));

        commit.Answer.SetException(new IOException("gone"));

        Assert.Equal(LogOutcome.Unknown, await first);
        Assert.Equal(LogOutcome.Fenced, await behind);
        Assert.Equal(LogOutcome.Fenced, await _queue.Append(Sample.Said(at, Sample.Message(2, "ann"))));
        await _queue.Loading(at);
        var after = _queue.Append(Sample.Said(at, Sample.Message(2, "ann")));
        (await _writer.Next()).Answer.SetResult(BatchOutcome.Written);
        Assert.Equal(LogOutcome.Committed, await after);
    }

    [Fact]
    public async Task The_journal_names_what_is_unsettled_and_is_trimmed_when_idle()
    {
        var at = Guid.NewGuid();
        var said = _queue.Append(Sample.Said(at, Sample.Message(1, "ann")));
        var commit = await _writer.Next();
        Assert.Equal([at], commit.Batch.Unsettled!);
        commit.Answer.SetResult(BatchOutcome.Written);
        await said;

        var again = _queue.Append(Sample.Said(at, Sample.Message(2, "ann")));
        commit = await _writer.Next();
        Assert.Null(commit.Batch.Unsettled);
        commit.Answer.SetResult(BatchOutcome.Written);
        await again;

        _queue.Settled(at);
        _queue.Settled(at);
        var trim = _writer.Next();
        await AdvanceUntil(trim);
        commit = await trim;
        Assert.Empty(commit.Batch.Unsettled!);
        commit.Answer.SetResult(BatchOutcome.Written);
    }

    [Fact]
    public async Task A_writer_that_was_taken_over_says_so_and_asks_no_more()
    {
        var first = _queue.Append(Said(1));
        (await _writer.Next()).Answer.SetResult(BatchOutcome.WriterFenced);

        Assert.Equal(LogOutcome.Fenced, await first);
        Assert.Equal(LogOutcome.Fenced, await _queue.Append(Said(1)));
        Assert.True(_queue.Fenced);
    }

    [Fact]
    public async Task An_orderly_stop_commits_what_is_queued()
    {
        var first = _queue.Append(Said(1));
        var commit = await _writer.Next();
        var second = _queue.Append(Said(2));
        var stopped = _queue.DisposeAsync();

        commit.Answer.SetResult(BatchOutcome.Written);
        (await _writer.Next()).Answer.SetResult(BatchOutcome.Written);
        await stopped;

        Assert.Equal([LogOutcome.Committed, LogOutcome.Committed], [await first, await second]);
        Assert.Equal(LogOutcome.Unknown, await _queue.Append(Said(3)));
    }

    [Fact]
    public async Task An_orderly_stop_takes_what_is_settled_out_of_the_journal()
    {
        var (told, untold) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var conversation in new[] { told, untold })
        {
            var said = _queue.Append(Sample.Said(conversation, Sample.Message(1, "ann")));
            (await _writer.Next()).Answer.SetResult(BatchOutcome.Written);
            await said;
        }

        _queue.Settled(told);
        var stopped = _queue.DisposeAsync();

        var last = await _writer.Next();
        Assert.Equal([untold], last.Batch.Unsettled!);
        last.Answer.SetResult(BatchOutcome.Written);
        await stopped;
    }

    [Fact]
    public async Task An_orderly_stop_ends_within_its_limit_when_the_store_is_away()
    {
        var said = _queue.Append(Said(1));
        (await _writer.Next()).Answer.SetResult(BatchOutcome.Written);
        await said;
        _writer.Away = true;
        var lost = _queue.Append(Said(2));
        (await _writer.Next()).Answer.SetException(new IOException("gone"));
        await lost;

        var began = _clock.GetTimestamp();
        await AdvanceUntil(_queue.Close());
        Assert.True(_clock.GetElapsedTime(began) <= Options.StopLimit + Options.LongestPause, $"{_clock.GetElapsedTime(began)}");
        Assert.False(_writer.Retired);
    }

    private static LogEntry Said(long sequence) => Sample.Said(Guid.NewGuid(), Sample.Message(sequence, "ann"));

    /// <summary>Time goes on in small steps, so that what waits for it can set its next timer.</summary>
    private async Task AdvanceUntil(Task done)
    {
        var timeout = Stopwatch.StartNew();
        while (!done.IsCompleted && timeout.Elapsed < TimeSpan.FromSeconds(30))
        {
            _clock.Advance(Options.ShortestPause);
            await Task.WhenAny(done, Task.Delay(1));
        }

        await done.WaitAsync(TimeSpan.FromSeconds(1));
    }

    private sealed record Commit(Batch Batch, TaskCompletionSource<BatchOutcome> Answer);

    private sealed class Writer : IBatchWriter
    {
        private volatile bool _finished;
        private readonly Channel<Commit> _commits = Channel.CreateUnbounded<Commit>();

        public Channel<int> Opening { get; } = Channel.CreateUnbounded<int>();

        public bool Journals => true;

        public bool Away { get; set; }

        public int Opened { get; private set; }

        /// <summary>The test is over: whatever waits or still comes is written.</summary>
        public void Finish()
        {
            (Away, _finished) = (false, true);
            while (_commits.Reader.TryRead(out var commit))
            {
                commit.Answer.TrySetResult(BatchOutcome.Written);
            }
        }

        public Task<Commit> Next() => _commits.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public Task<bool> Open(CancellationToken cancellation)
        {
            Opened++;
            Opening.Writer.TryWrite(Opened);
            return Away ? Task.FromException<bool>(new IOException("away")) : Task.FromResult(true);
        }

        public Task<BatchOutcome> Write(Batch batch)
        {
            var commit = new Commit(batch, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _commits.Writer.TryWrite(commit);
            if (_finished)
            {
                Finish();
            }

            return commit.Answer.Task;
        }

        public bool Retired { get; private set; }

        public Task Retire()
        {
            Retired = true;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
