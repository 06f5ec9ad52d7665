using System.Net.Sockets;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

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
}
