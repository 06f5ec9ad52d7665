using System.Buffers;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Messenger.Ports;
using Messenger.Providers.Files;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.S3;

/// <summary>Files as objects of a bucket. A file that grows is a multipart upload, and a small object for what is shorter than a part.</summary>
/// <remarks>
/// A part is sent when it is full. So a crash of the process costs a client at most one part; a cut connection costs nothing.
/// Whoever lost an upload to another process may still send a part: the parts that count are those whose ETags are recorded.
/// </remarks>
internal sealed class S3FileStore(S3Options options, ILogger<S3FileStore> logger) : IFileStore, IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly S3Keys _keys = new(options.Prefix);
    private readonly AmazonS3Client _client = S3Client.Make(options);

    public async Task<PartialFile> Append(PartialFile file, Stream content, Func<PartialFile, Task> progress, CancellationToken cancellation)
    {
        var state = S3State.Parse(file.State);
        await using var spool = new Spool(options.SpoolFolder);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await S3Client.Guarded(() => Recall(file, state, spool, cancellation));
            var reader = new ContentReader(content);
            var left = file.Length - file.Offset;
            while (left > 0)
            {
                var most = (int)Math.Min(Math.Min(buffer.Length, left), options.PartBytes - spool.Length);
                var read = await reader.Read(buffer.AsMemory(0, most), cancellation);
                if (read == 0)
                {
                    break;
                }

                await S3Client.Guarded(async () => await spool.Add(buffer.AsMemory(0, read), cancellation));
                left -= read;
                if (spool.Length == options.PartBytes)
                {
                    state = await S3Client.Guarded(() => SendPart(file.Id, state, spool, cancellation));
                    file = file with { Offset = file.Length - left, State = state.ToString() };
                    await progress(file);
                }
            }

            if (file.Offset < file.Length - left || file.Length == 0)
            {
                state = await S3Client.Guarded(() => SendRest(file, file.Length - left, state, spool, cancellation));
                file = file with { Offset = file.Length - left, State = state.ToString() };
                await progress(file);
            }

            reader.ThrowIfBroken();
            return file;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task Complete(PartialFile file, CancellationToken cancellation)
    {
        var state = S3State.Parse(file.State);

        // Looked at first: what servers say of an upload that was completed already differs.
        if (state.Upload is { } upload && await Size(file.Id, cancellation) != file.Length)
        {
            await S3Client.Guarded(() => _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = options.Bucket,
                    Key = _keys.Complete(file.Id),
                    UploadId = upload,
                    PartETags = [.. state.Parts.Select((tag, index) => new PartETag(index + 1, tag))],
                },
                cancellation));
        }

        if (await Size(file.Id, cancellation) != file.Length)
        {
            throw new StoreUnavailableException("the object store did not make the file of its parts");
        }

        await RemoveTails(file.Id, cancellation);
    }

    public Task<Stream?> Read(Guid id, long from, long count, CancellationToken cancellation) => S3Client.Guarded<Stream?>(async () =>
    {
        if (count == 0)
        {
            return await Size(id, cancellation) is null ? null : Stream.Null;
        }

        try
        {
            var answer = await _client.GetObjectAsync(
                new GetObjectRequest { BucketName = options.Bucket, Key = _keys.Complete(id), ByteRange = new ByteRange(from, from + count - 1) }, cancellation);
            return new ObjectContent(answer, options.Timeout);
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    });

    public Task<long?> Size(Guid id, CancellationToken cancellation) => S3Client.Guarded<long?>(async () =>
    {
        try
        {
            return (await _client.GetObjectMetadataAsync(options.Bucket, _keys.Complete(id), cancellation)).ContentLength;
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    });

    public Task Remove(Guid id, string? state, CancellationToken cancellation) => S3Client.Guarded(async () =>
    {
        if (S3State.Parse(state).Upload is { } upload)
        {
            await _client.Abort(options.Bucket, _keys.Complete(id), upload, cancellation);
        }

        await _client.DeleteObjectAsync(options.Bucket, _keys.Complete(id), cancellation);
        await RemoveTails(id, cancellation);
    });

    public Task<IReadOnlyList<StoredObject>> List(string? after, int max, CancellationToken cancellation) => S3Client.Guarded<IReadOnlyList<StoredObject>>(async () =>
    {
        // The first version of the listing: every server has it, and the second's place to start behind is not understood by all alike.
        var found = await _client.ListObjectsAsync(
            new ListObjectsRequest { BucketName = options.Bucket, Prefix = _keys.Prefix, Marker = after, MaxKeys = max }, cancellation);
        return
        [
            .. from item in found.S3Objects ?? []
               let id = _keys.IdOf(item.Key)
               where id is not null && string.CompareOrdinal(item.Key, after) > 0
               select new StoredObject(item.Key, id.Value, item.Size ?? 0, new DateTimeOffset(item.LastModified?.ToUniversalTime() ?? DateTime.UtcNow)),
        ];
    });

    public void Dispose() => _client.Dispose();

    /// <summary>What came of a part that is not full yet is read back: it goes first.</summary>
    private async Task Recall(PartialFile file, S3State state, Spool spool, CancellationToken cancellation)
    {
        var expected = file.Offset - ((long)state.Parts.Count * options.PartBytes);
        if (expected <= 0 || file.Offset == file.Length)
        {
            return;
        }

        using var tail = await _client.GetObjectAsync(options.Bucket, _keys.Tail(file.Id, file.Offset), cancellation);
        await spool.Add(tail.ResponseStream, cancellation);
        if (spool.Length != expected)
        {
            throw new StoreUnavailableException($"the object store gave {spool.Length} bytes of {expected}");
        }
    }

    private async Task<S3State> SendPart(Guid id, S3State state, Spool spool, CancellationToken cancellation)
    {
        var upload = state.Upload ?? (await _client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = _keys.Complete(id) }, cancellation)).UploadId;
        var part = await _client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = options.Bucket,
                Key = _keys.Complete(id),
                UploadId = upload,
                PartNumber = state.Parts.Count + 1,
                PartSize = spool.Length,
                InputStream = new LeaveOpenStream(spool.Content()),
                UseChunkEncoding = false,
            },
            cancellation);
        spool.Clear();
        return new S3State(upload, [.. state.Parts, part.ETag]);
    }

    /// <summary>The last part, or the whole of a small file, or what a later append begins with.</summary>
    private async Task<S3State> SendRest(PartialFile file, long offset, S3State state, Spool spool, CancellationToken cancellation)
    {
        if (offset == file.Length && state.Upload is not null)
        {
            return spool.Length > 0 ? await SendPart(file.Id, state, spool, cancellation) : state;
        }

        await _client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = options.Bucket,
                Key = offset == file.Length ? _keys.Complete(file.Id) : _keys.Tail(file.Id, offset),
                InputStream = new LeaveOpenStream(spool.Content()),
                AutoCloseStream = false,
                UseChunkEncoding = false,
            },
            cancellation);
        spool.Resume();
        return state;
    }

    private async Task RemoveTails(Guid id, CancellationToken cancellation)
    {
        try
        {
            var tails = await _client.ListObjectsAsync(
                new ListObjectsRequest { BucketName = options.Bucket, Prefix = _keys.Tails(id) }, cancellation);
            foreach (var tail in tails.S3Objects ?? [])
            {
                await _client.DeleteObjectAsync(options.Bucket, tail.Key, cancellation);
            }
        }
        catch (Exception fault) when (S3Client.IsAway(fault))
        {
            // The sweep finds them.
            Log.TailsLeft(logger, fault);
        }
    }
}
