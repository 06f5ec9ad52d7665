using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Messenger.Ports;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.S3;

/// <summary>The multipart uploads of a bucket that were neither completed nor aborted.</summary>
internal sealed class S3Pieces(S3Options options, ILogger<S3Pieces> logger) : IStoredPieces, IDisposable
{
    /// <summary>Between the markers of a place: it stands in no key of ours.</summary>
    private const char Mark = '\n';

    private readonly S3Keys _keys = new(options.Prefix);
    private readonly AmazonS3Client _client = S3Client.Make(options);
    private bool _told;

    public Task<IReadOnlyList<StoredPieces>> List(string? after, int max, CancellationToken cancellation) => S3Client.Guarded<IReadOnlyList<StoredPieces>>(async () =>
    {
        var at = after?.Split(Mark) ?? [];
        try
        {
            var found = await _client.ListMultipartUploadsAsync(
                new ListMultipartUploadsRequest
                {
                    BucketName = options.Bucket,
                    Prefix = _keys.CompletePrefix,
                    KeyMarker = at.ElementAtOrDefault(0),
                    UploadIdMarker = at.ElementAtOrDefault(1),
                    MaxUploads = max,
                },
                cancellation);
            return
            [
                .. from one in found.MultipartUploads ?? []
                   let id = _keys.IdOf(one.Key)
                   where id is not null
                   select new StoredPieces(
                       $"{one.Key}{Mark}{one.UploadId}", id.Value, one.UploadId, new DateTimeOffset(one.Initiated?.ToUniversalTime() ?? DateTime.UtcNow)),
            ];
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
        {
            if (!Interlocked.Exchange(ref _told, true))
            {
                Log.PiecesUnlisted(logger, fault.ErrorCode);
            }

            return [];
        }
    });

    public bool AreOf(string? state, StoredPieces pieces) => S3State.Parse(state).Upload == pieces.Name;

    public Task Remove(StoredPieces pieces, CancellationToken cancellation) => S3Client.Guarded(() => _client.Abort(options.Bucket, _keys.Complete(pieces.Id), pieces.Name, cancellation));

    public void Dispose() => _client.Dispose();
}
