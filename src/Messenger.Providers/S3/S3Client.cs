using System.Net;
using System.Net.Sockets;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Messenger.Ports;

namespace Messenger.Providers.S3;

/// <summary>The client library as it is used here.</summary>
internal static class S3Client
{
    public static AmazonS3Client Make(S3Options options)
    {
        var config = new AmazonS3Config
        {
            Timeout = options.Timeout,
            MaxErrorRetry = options.Retries,

            // Checksums that only Amazon's own servers know are sent where the call demands them.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = options.Region;
            config.ForcePathStyle = true;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return options.AccessKey is null
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    /// <summary>Everything that a call can end with but an answer: away, slow, full, or set up wrongly. A caller's own cancellation is not among it.</summary>
    public static bool IsAway(Exception fault) => fault is
        AmazonServiceException or AmazonClientException or HttpRequestException or SocketException or IOException or TimeoutException
        || (fault is OperationCanceledException { InnerException: TimeoutException });

    /// <summary>A call whose faults are the store's, if they are.</summary>
    public static async Task<T> Guarded<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw new StoreUnavailableException("the object store did not answer, or refused", fault);
        }
    }

    /// <inheritdoc cref="Guarded{T}"/>
    public static async Task Guarded(Func<Task> call) => await Guarded(async () =>
    {
        await call();
        return true;
    });

    /// <summary>Ends a multipart upload and removes its parts.</summary>
    public static async Task Abort(this IAmazonS3 client, string bucket, string key, string upload, CancellationToken cancellation)
    {
        try
        {
            await client.AbortMultipartUploadAsync(bucket, key, upload, cancellation);
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            // It was completed or aborted, or this server has no such call: then it keeps parts as it sees fit.
        }
    }
}
