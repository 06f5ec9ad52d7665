using Messenger.Gateway.Files;
using Messenger.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Files;

/// <summary>What the collector removes, and what it leaves.</summary>
public class FileGarbageCollectorTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly Fake _fake = new();

    [Fact]
    public async Task Garbage_and_old_orphans_go_in_bounded_steps()
    {
        var (named, fresh) = (Guid.NewGuid(), Guid.NewGuid());
        _fake.Named.Add(named);
        _fake.Put(named, _time.GetUtcNow().AddDays(-9));
        _fake.Put(fresh, _time.GetUtcNow().AddHours(-23));
        for (var i = 0; i < FileGarbageCollector.Step + 50; i++)
        {
            _fake.Put(Guid.NewGuid(), _time.GetUtcNow().AddDays(-2));
            _fake.Garbage.Add(new GarbageRow(Guid.NewGuid(), "state"));
        }

        using var garbageCollector = Make(dryRun: false);
        Assert.True(await garbageCollector.Collect(default));
        Assert.Equal(50, _fake.Garbage.Count);
        Assert.InRange(_fake.Removed.Count, 1, 2 * FileGarbageCollector.Step);
        while (await garbageCollector.Collect(default) || _fake.Objects.Count > 2)
        {
        }

        Assert.Equal(new[] { named, fresh }.Order(), _fake.Objects.Keys.Order());
        Assert.Empty(_fake.Garbage);
        Assert.Equal((2 * FileGarbageCollector.Step) + 100, _fake.Removed.Count);
        Assert.Contains(_fake.Removed, one => one.State == "state");
    }

    [Fact]
    public async Task A_dry_run_removes_nothing()
    {
        _fake.Put(Guid.NewGuid(), _time.GetUtcNow().AddDays(-2));
        _fake.Garbage.Add(new GarbageRow(Guid.NewGuid(), null));
        using var garbageCollector = Make(dryRun: true);

        Assert.False(await garbageCollector.Collect(default));

        Assert.Empty(_fake.Removed);
        Assert.Single(_fake.Garbage);
        Assert.Equal(0, _fake.Expiries);
    }

    /// <summary>It finds the same each minute; an operator adds the lines up.</summary>
    [Fact]
    public async Task A_dry_run_counts_each_thing_once()
    {
        var lines = new Lines();
        using var garbageCollector = new FileGarbageCollector(
            _fake, _fake, _fake, Options.Create(new FilesOptions { CollectorDryRun = true }), _time, lines, pieces: _fake);
        var old = _time.GetUtcNow().AddDays(-2);
        _fake.Put(Guid.NewGuid(), old);
        _fake.Garbage.Add(new GarbageRow(Guid.NewGuid(), null));
        _fake.Begin(Guid.NewGuid(), "forgotten", old);
        for (var round = 0; round < 5; round++)
        {
            await garbageCollector.Collect(default);
        }

        _fake.Put(Guid.NewGuid(), old);
        await garbageCollector.Collect(default);
        await garbageCollector.Collect(default);
        Assert.Equal(["1 garbage", "1 orphan", "1 orphan", "1 pieces"], lines.Told.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Old_pieces_go_that_no_upload_under_way_goes_on_with(bool dryRun)
    {
        var (old, now) = (_time.GetUtcNow().AddDays(-2), _time.GetUtcNow());
        var kept = new[]
        {
            // Of an upload that has been under way for long, and of one that has hardly begun.
            _fake.Begin(_fake.Add("used", finished: false), "used", old), _fake.Begin(Guid.NewGuid(), "fresh", now),
        };
        var left = new[]
        {
            _fake.Begin(_fake.Add("another", finished: false), "lost", old), _fake.Begin(_fake.Add(null, finished: false), "unrecorded", old),
            _fake.Begin(_fake.Add("done", finished: true), "done", old), _fake.Begin(Guid.NewGuid(), "forgotten", old),
        };
        using var garbageCollector = Make(dryRun);

        // More than a page, which is a step: the rest waits for the next.
        var many = Enumerable.Range(0, FileGarbageCollector.Step).Select(_ => _fake.Begin(Guid.NewGuid(), "many", old)).ToArray();
        await garbageCollector.Collect(default);
        Assert.Equal(dryRun ? 0 : FileGarbageCollector.Step - kept.Length, (left.Length + many.Length + kept.Length) - _fake.Pieces.Count);
        await garbageCollector.Collect(default);
        await garbageCollector.Collect(default);

        Assert.Equal((dryRun ? [.. kept, .. left, .. many] : kept).Order(), _fake.Pieces.Select(one => one.Place).Order());
    }

    private FileGarbageCollector Make(bool dryRun) => new(
        _fake, _fake, _fake, Options.Create(new FilesOptions { CollectorDryRun = dryRun }), _time, NullLogger<FileGarbageCollector>.Instance, pieces: _fake);

    /// <summary>What was logged, as count and kind.</summary>
    private sealed class Lines : ILogger<FileGarbageCollector>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = ((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
            Told.Add($"{values["Count"]} {values["Kind"]}");
        }
    }

    private sealed class Fake : IFileStore, IUploads, IFileGarbage, IStoredPieces
    {
        private readonly Dictionary<Guid, UploadRow> _rows = [];

        public List<StoredPieces> Pieces { get; } = [];

        public SortedDictionary<Guid, DateTimeOffset> Objects { get; } = [];

        public HashSet<Guid> Named { get; } = [];

        public List<GarbageRow> Garbage { get; } = [];

        public List<GarbageRow> Removed { get; } = [];

        public int Expiries { get; private set; }

        public void Put(Guid id, DateTimeOffset written) => Objects[id] = written;

        public Task<IReadOnlyList<StoredObject>> List(string? after, int max, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<StoredObject>>(
            [.. Objects.Select(one => new StoredObject(one.Key.ToString(), one.Key, 1, one.Value))
                .OrderBy(one => one.Place, StringComparer.Ordinal).Where(one => string.CompareOrdinal(one.Place, after) > 0).Take(max)]);

        public Task Remove(Guid id, string? state, CancellationToken cancellation)
        {
            lock (Removed)
            {
                Removed.Add(new GarbageRow(id, state));
                Objects.Remove(id);
            }

            return Task.CompletedTask;
        }

        public Task<int> Expire(long now, int max)
        {
            Expiries++;
            return Task.FromResult(0);
        }

        Task<IReadOnlyList<GarbageRow>> IFileGarbage.Take(int max) => Task.FromResult<IReadOnlyList<GarbageRow>>([.. Garbage.Take(max)]);

        Task IFileGarbage.Removed(IReadOnlyCollection<Guid> files)
        {
            Garbage.RemoveAll(row => files.Contains(row.File));
            return Task.CompletedTask;
        }

        Task<IReadOnlyList<Guid>> IFileGarbage.Named(IReadOnlyCollection<Guid> files) =>
            Task.FromResult<IReadOnlyList<Guid>>([.. files.Where(file => Named.Contains(file))]);

        public Task<PartialFile> Append(PartialFile file, Stream content, Func<PartialFile, Task> progress, CancellationToken cancellation) => throw new NotSupportedException();

        public Task Complete(PartialFile file, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Stream?> Read(Guid id, long from, long count, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<long?> Size(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Reservation> Reserve(UploadRow upload, UploadLimits limits) => throw new NotSupportedException();

        public Task<UploadRow?> Find(Guid id) => Task.FromResult(_rows.GetValueOrDefault(id));

        /// <summary>An upload whose state names these pieces.</summary>
        public Guid Add(string? pieces, bool finished)
        {
            var row = new UploadRow(Guid.NewGuid(), "user", "target", 100, 10, pieces, 1, finished, 0, 0);
            _rows[row.Id] = row;
            return row.Id;
        }

        public string Begin(Guid id, string name, DateTimeOffset begun)
        {
            // In the order in which they are begun.
            Pieces.Add(new StoredPieces($"{Pieces.Count:D6}", id, name, begun));
            return Pieces[^1].Place;
        }

        Task<IReadOnlyList<StoredPieces>> IStoredPieces.List(string? after, int max, CancellationToken cancellation)
        {
            lock (Pieces)
            {
                return Task.FromResult<IReadOnlyList<StoredPieces>>([.. Pieces.Where(one => string.CompareOrdinal(one.Place, after) > 0).Take(max)]);
            }
        }

        public bool AreOf(string? state, StoredPieces pieces) => state == pieces.Name;

        public Task Remove(StoredPieces pieces, CancellationToken cancellation)
        {
            lock (Pieces)
            {
                Pieces.Remove(pieces);
            }

            return Task.CompletedTask;
        }

        Task<UploadRow?> IUploads.Take(Guid id) => throw new NotSupportedException();

        public Task<bool> Holds(Guid id, long generation) => throw new NotSupportedException();

        public Task<bool> Advance(Guid id, long generation, long offset, string? state, long expires) => throw new NotSupportedException();

        public Task Finish(Guid id) => throw new NotSupportedException();

        public Task Drop(Guid id) => throw new NotSupportedException();

        public Task DropOf(string userId) => throw new NotSupportedException();

        public Task DropFor(string userId, Guid message) => throw new NotSupportedException();
    }
}
