using Amazon.S3;
using Messenger.Ports;
using Messenger.Providers.Disk;
using Messenger.Providers.S3;
using Messenger.Providers.Tests.Conformance;
using Messenger.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Providers.Tests;

public sealed class DiskFiles : FileStoreConformance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-files-").FullName;

    protected override IFileStore Store => Another();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_full_disk_is_unavailable_and_leaves_nothing_visible()
    {
        var file = new PartialFile(Guid.NewGuid(), 1_000_000);

        // The device that is always full, where the file would grow.
        var path = new DiskLayout(_folder).Partial(file.Id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, "/dev/full");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Append(Store, file, new byte[1_000_000]));
        Assert.Null(await Store.Size(file.Id, default));
    }

    [Fact]
    public async Task A_disk_keeps_the_room_it_was_told_to()
    {
        var store = new DiskFileStore(new DiskOptions(_folder, KeepFree: long.MaxValue / 2), TimeProvider.System);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Append(store, new PartialFile(Guid.NewGuid(), 10), new byte[10]));
    }

    [Fact]
    public async Task One_append_at_a_time_writes_a_file()
    {
        var file = new PartialFile(Guid.NewGuid(), 100);
        var waiting = new TaskCompletionSource<int>();
        var first = Store.Append(file, new Waiting(waiting.Task), _ => Task.CompletedTask, default);

        await Assert.ThrowsAsync<FileBusyException>(() => Append(Another(), file, new byte[10]));
        waiting.SetResult(0);
        Assert.Equal(0, (await first).Offset);
        Assert.Equal(10, (await Append(Another(), file, new byte[10])).Offset);
    }

    [Fact]
    public async Task A_folder_that_is_not_the_one_it_began_in_is_told()
    {
        var file = await Append(Store, new PartialFile(Guid.NewGuid(), 100), new byte[50]);
        var elsewhere = Path.Combine(_folder, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => Append(new DiskFileStore(new DiskOptions(elsewhere), TimeProvider.System), file, new byte[50]));
        Assert.Contains("is this the folder", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_keeps_its_mark()
    {
        var mark = DiskServices.MarkOf(_folder);
        Assert.Equal(mark, DiskServices.MarkOf(_folder));
        Assert.NotEqual(mark, DiskServices.MarkOf(Path.Combine(_folder, "other")));
    }

    protected override IFileStore Another() => new DiskFileStore(new DiskOptions(_folder), TimeProvider.System);

    private sealed class Waiting(Task<int> until) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await until;
    }
}

/// <summary>One S3 server for the tests of its class.</summary>
public abstract class S3Fixture<T>(Func<Task<T>> start) : IAsyncLifetime
    where T : S3Server
{
    private readonly string _spool = Directory.CreateTempSubdirectory("messenger-spool-").FullName;

    public T Server { get; private set; } = null!;

    public S3Options Options => new(S3Server.Bucket, Server.Endpoint, "us-east-1", Server.AccessKey, Server.SecretKey, "some/prefix/", _spool);

    public async Task InitializeAsync()
    {
        Server = await start();
        using var client = S3Client.Make(Options);
        try
        {
            await client.PutBucketAsync(S3Server.Bucket);
        }
        catch (AmazonS3Exception fault) when (fault.ErrorCode.StartsWith("BucketAlready", StringComparison.Ordinal))
        {
            // Made at its start.
        }
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_spool));
        Directory.Delete(_spool, recursive: true);
    }
}

public sealed class S3RverFixture() : S3Fixture<S3Rver>(S3Rver.Start);

public sealed class RadosGatewayFixture() : S3Fixture<RadosGateway>(RadosGateway.Start);

[Trait("Needs", "Servers")]
public sealed class S3RverFiles(S3RverFixture fixture) : FileStoreConformance, IClassFixture<S3RverFixture>
{
    protected override IFileStore Store => Another();

    [Fact]
    public async Task A_server_that_is_slow_or_away_is_unavailable()
    {
        await using var server = await S3Rver.Start();
        var store = new S3FileStore(
            fixture.Options with { Endpoint = server.Endpoint, Timeout = TimeSpan.FromSeconds(1), Retries = 0 }, NullLogger<S3FileStore>.Instance);
        var file = await Append(store, new PartialFile(Guid.NewGuid(), 100), new byte[50]);

        server.Pause();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Append(store, file, new byte[50]));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Size(file.Id, default));
        server.Resume();
        file = await Append(store, file, new byte[50]);
        await server.Stop();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Complete(file, default));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Read(file.Id, 0, 100, default));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.List(null, 10, default));

        await server.Restart();
        await store.Complete(file, default);
        Assert.Equal(new byte[100], await All(store, file));
    }

    [Fact]
    public async Task A_server_that_tells_of_no_multipart_uploads_has_none_to_sweep()
    {
        await Append(Store, new PartialFile(Guid.NewGuid(), 20 * 1024 * 1024), new byte[9 * 1024 * 1024]);
        using var pieces = new S3Pieces(fixture.Options, NullLogger<S3Pieces>.Instance);
        Assert.Empty(await pieces.List(null, 10, default));
    }

    protected override IFileStore Another() => new S3FileStore(fixture.Options, NullLogger<S3FileStore>.Instance);
}

[Trait("Needs", "Servers")]
public sealed class RadosGatewayFiles(RadosGatewayFixture fixture) : FileStoreConformance, IClassFixture<RadosGatewayFixture>
{
    /// <summary>Its SQLite backend is known for that; s3rver covers what cannot be seen here.</summary>
    protected override bool ReadsRight => false;

    protected override IFileStore Store => Another();

    [Fact]
    public async Task A_wrong_secret_is_refused()
    {
        var store = new S3FileStore(fixture.Options with { SecretKey = "wrong", Retries = 0 }, NullLogger<S3FileStore>.Instance);
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => Append(store, new PartialFile(Guid.NewGuid(), 10), new byte[10]));
        Assert.Equal("SignatureDoesNotMatch", Assert.IsType<AmazonS3Exception>(fault.InnerException).ErrorCode);
    }

    [Fact]
    public async Task A_server_that_tells_of_no_multipart_uploads_has_none_to_sweep()
    {
        await Append(Store, new PartialFile(Guid.NewGuid(), 20 * 1024 * 1024), new byte[9 * 1024 * 1024]);
        using var pieces = new S3Pieces(fixture.Options, NullLogger<S3Pieces>.Instance);
        Assert.Empty(await pieces.List(null, 10, default));
    }

    protected override IFileStore Another() => new S3FileStore(fixture.Options, NullLogger<S3FileStore>.Instance);
}
