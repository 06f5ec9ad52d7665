using Messenger.Gateway.Files;
using Messenger.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Files;

/// <summary>What the collector removes, and what it leaves.</summary>
public class CollectorTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly Fake fake = new();

    [Fact]
    public async Task Garbage_and_old_orphans_go_in_bounded_steps()
    {
        var (named, fresh) = (Guid.NewGuid(), Guid.NewGuid());
        fake.Named.Add(named);
        fake.Put(named, time.GetUtcNow().AddDays(-9));
        fake.Put(fresh, time.GetUtcNow().AddHours(-23));
        for (var i = 0; i < Collector.Step + 50; i++)
        {
            fake.Put(Guid.NewGuid(), time.GetUtcNow().AddDays(-2));
            fake.Garbage.Add(new GarbageRow(Guid.NewGuid(), "state"));
        }

        using var collector = Make(dryRun: false);
        Assert.True(await collector.Collect(default));
        Assert.Equal(50, fake.Garbage.Count);
        Assert.InRange(fake.Removed.Count, 1, 2 * Collector.Step);
        while (await collector.Collect(default) || fake.Objects.Count > 2)
        {
        }

        Assert.Equal(new[] { named, fresh }.Order(), fake.Objects.Keys.Order());
        Assert.Empty(fake.Garbage);
        Assert.Equal((2 * Collector.Step) + 100, fake.Removed.Count);
        Assert.Contains(fake.Removed, one => one.State == "state");
    }

    [Fact]
    public async Task A_dry_run_removes_nothing()
    {
        fake.Put(Guid.NewGuid(), time.GetUtcNow().AddDays(-2));
        fake.Garbage.Add(new GarbageRow(Guid.NewGuid(), null));
        using var collector = Make(dryRun: true);

        Assert.False(await collector.Collect(default));

        Assert.Empty(fake.Removed);
        Assert.Single(fake.Garbage);
        Assert.Equal(0, fake.Expiries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Old_pieces_go_that_no_upload_under_way_goes_on_with(bool dryRun)
    {
        var (old, now) = (time.GetUtcNow().AddDays(-2), time.GetUtcNow());
        var kept = new[]
        {
            // Of an upload that has been under way for long, and of one that has hardly begun.
            fake.Begin(fake.Add("used", finished: false), "used", old), fake.Begin(Guid.NewGuid(), "fresh", now),
        };
        var left = new[]
        {
            fake.Begin(fake.Add("another", finished: false), "lost", old), fake.Begin(fake.Add(null, finished: false), "unrecorded", old),
            fake.Begin(fake.Add("done", finished: true), "done", old), fake.Begin(Guid.NewGuid(), "forgotten", old),
        };
        using var collector = Make(dryRun);

        // More than a page, which is a step: the rest waits for the next.
        var many = Enumerable.Range(0, Collector.Step).Select(_ => fake.Begin(Guid.NewGuid(), "many", old)).ToArray();
        await collector.Collect(default);
        Assert.Equal(dryRun ? 0 : Collector.Step - kept.Length, (left.Length + many.Length + kept.Length) - fake.Pieces.Count);
        await collector.Collect(default);
        await collector.Collect(default);

        Assert.Equal((dryRun ? [.. kept, .. left, .. many] : kept).Order(), fake.Pieces.Select(one => one.Place).Order());
    }

    private Collector Make(bool dryRun) => new(
        fake, fake, fake, Options.Create(new FilesOptions { CollectorDryRun = dryRun }), time, NullLogger<Collector>.Instance, pieces: fake);

    private sealed class Fake : IFileStore, IUploads, IFileGarbage, IStoredPieces
    {
        private readonly Dictionary<Guid, UploadRow> rows = [];

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

        public Task<UploadRow?> Find(Guid id) => Task.FromResult(rows.GetValueOrDefault(id));

        /// <summary>An upload whose state names these pieces.</summary>
        public Guid Add(string? pieces, bool finished)
        {
            var row = new UploadRow(Guid.NewGuid(), "user", "target", 100, 10, pieces, 1, finished, 0, 0);
            rows[row.Id] = row;
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
    }
}
