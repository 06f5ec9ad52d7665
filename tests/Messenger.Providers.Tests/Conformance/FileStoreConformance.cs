using System.Security.Cryptography;
using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IFileStore"/> promises, whatever is behind it.</summary>
public abstract class FileStoreConformance
{
    private const int MiB = 1024 * 1024;

    protected abstract IFileStore Store { get; }

    /// <summary>Another process's view of the same files.</summary>
    protected abstract IFileStore Another();

    /// <summary>False for a server that is known to read wrongly: ranges that do not begin at 0, and files of several parts. Their sizes are right.</summary>
    protected virtual bool ReadsRight => true;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData((8 * MiB) - 1)]
    [InlineData(8 * MiB)]
    [InlineData((17 * MiB) + 3)]
    public async Task A_file_is_read_as_it_was_written(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var file = new PartialFile(Guid.NewGuid(), length);

        var written = await Append(Store, file, bytes);
        Assert.Equal(length, written.Offset);
        await Store.Complete(written, default);

        Assert.Equal(length, await Another().Size(file.Id, default));
        await AssertHolds(file, bytes);
        if (ReadsRight && length > 10)
        {
            await using var range = await Store.Read(file.Id, length / 3, length / 2, default);
            Assert.Equal(bytes.AsSpan(length / 3, length / 2).ToArray(), await Bytes(range!));
        }
    }

    [Fact]
    public async Task Pieces_of_any_size_come_to_different_processes()
    {
        var bytes = RandomNumberGenerator.GetBytes((20 * MiB) + 12_345);
        var file = new PartialFile(Guid.NewGuid(), bytes.Length);
        var sizes = new Queue<int>([1, 5_000_000, 3_400_000, 8 * MiB, 0, 100, 17, 4_000_000]);
        while (file.Offset < bytes.Length)
        {
            var next = (int)Math.Min(sizes.TryDequeue(out var size) ? size : 1_000_000, bytes.Length - file.Offset);
            file = await Append(Another(), file, bytes.AsSpan((int)file.Offset, next).ToArray());
        }

        await Store.Complete(file, default);
        await AssertHolds(file, bytes);
    }

    [Fact]
    public async Task What_came_before_a_cut_is_kept_and_reported()
    {
        var bytes = RandomNumberGenerator.GetBytes((9 * MiB) + 7);
        var file = new PartialFile(Guid.NewGuid(), bytes.Length);
        var reported = file;

        await Assert.ThrowsAsync<ContentBrokenException>(() => Store.Append(
            file, new Cut(bytes.AsMemory(0, (8 * MiB) + 100_000)), progress => Task.FromResult(reported = progress), default));

        Assert.Equal((8 * MiB) + 100_000, reported.Offset);
        Assert.Null(await Another().Size(file.Id, default));
        var rest = await Append(Another(), reported, bytes[(int)reported.Offset..]);
        await Another().Complete(rest, default);
        await AssertHolds(rest, bytes);
    }

    [Fact]
    public async Task What_was_written_and_not_reported_is_overwritten()
    {
        var bytes = RandomNumberGenerator.GetBytes(400_000);
        var file = await Append(Store, new PartialFile(Guid.NewGuid(), bytes.Length), bytes[..100_000]);

        // As one whose checksum was wrong, or that lost the upload to somebody else.
        await Append(Store, file, RandomNumberGenerator.GetBytes(300_000));

        var right = await Append(Another(), file, bytes[100_000..]);
        await Store.Complete(right, default);
        Assert.Equal(bytes, await All(Store, file));
    }

    [Fact]
    public async Task An_append_whose_progress_is_refused_ends()
    {
        var file = new PartialFile(Guid.NewGuid(), 10 * MiB);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Store.Append(
            file, new MemoryStream(new byte[10 * MiB]), _ => throw new TimeZoneNotFoundException(), default));
        Assert.Null(await Store.Size(file.Id, default));
    }

    [Fact]
    public async Task More_than_the_file_is_not_taken()
    {
        var file = await Append(Store, new PartialFile(Guid.NewGuid(), 1000), new byte[5000]);
        Assert.Equal(1000, file.Offset);
        await Store.Complete(file, default);
        Assert.Equal(1000, await Store.Size(file.Id, default));
    }

    [Fact]
    public async Task Completing_and_removing_can_be_repeated()
    {
        var file = await Append(Store, new PartialFile(Guid.NewGuid(), 9 * MiB), new byte[9 * MiB]);
        await Store.Complete(file, default);
        await Another().Complete(file, default);
        Assert.Equal(9 * MiB, await Store.Size(file.Id, default));

        await Store.Remove(file.Id, file.State, default);
        await Store.Remove(file.Id, null, default);
        Assert.Null(await Store.Size(file.Id, default));
        Assert.Null(await Store.Read(file.Id, 0, 1, default));
    }

    [Fact]
    public async Task An_unfinished_file_can_be_removed()
    {
        var file = await Append(Store, new PartialFile(Guid.NewGuid(), 20 * MiB), new byte[9 * MiB]);
        await Store.Remove(file.Id, file.State, default);
        Assert.DoesNotContain(await Everything(), item => item.Id == file.Id);
    }

    [Fact]
    public async Task The_listing_names_everything_page_by_page()
    {
        var whole = await Append(Store, new PartialFile(Guid.NewGuid(), 10), new byte[10]);
        await Store.Complete(whole, default);
        var part = await Append(Store, new PartialFile(Guid.NewGuid(), 20), new byte[10]);

        var listed = await Everything();

        Assert.Contains(listed, item => item.Id == whole.Id && item.Bytes == 10 && DateTimeOffset.UtcNow - item.Written < TimeSpan.FromMinutes(10));
        Assert.Contains(listed, item => item.Id == part.Id);
        Assert.Equal(listed.Select(item => item.Place), listed.Select(item => item.Place).Distinct().Order(StringComparer.Ordinal));
    }

    protected static Task<PartialFile> Append(IFileStore store, PartialFile file, byte[] bytes) =>
        store.Append(file, new MemoryStream(bytes), _ => Task.CompletedTask, default);

    protected static async Task<byte[]> All(IFileStore store, PartialFile file) => await Bytes((await store.Read(file.Id, 0, file.Length, default))!);

    private async Task AssertHolds(PartialFile file, byte[] bytes)
    {
        Assert.Equal(bytes.Length, await Another().Size(file.Id, default));
        if (ReadsRight || bytes.Length <= 8 * MiB)
        {
            Assert.Equal(bytes, await All(Another(), file));
        }
    }

    private static async Task<byte[]> Bytes(Stream stream)
    {
        await using (stream)
        {
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory);
            return memory.ToArray();
        }
    }

    private async Task<List<StoredObject>> Everything()
    {
        var all = new List<StoredObject>();
        while (await Store.List(all.LastOrDefault()?.Place, 3, default) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return all;
    }

    /// <summary>A connection that is cut after some bytes.</summary>
    protected sealed class Cut(ReadOnlyMemory<byte> before) : MemoryStream(before.ToArray())
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("the connection was cut");
    }
}
