namespace Messenger.Providers.S3;

/// <summary>Where the object store is, and how long it may take.</summary>
/// <param name="Bucket">Exists already.</param>
/// <param name="Endpoint">Null for Amazon's own, by region.</param>
/// <param name="AccessKey">Null to take what the machine has (environment, profile, instance role), as <paramref name="SecretKey"/>.</param>
/// <param name="Prefix">Begins every key, such as <c>messenger/</c>; a bucket may be shared.</param>
/// <param name="SpoolFolder">Where a part lies while it comes, at most <see cref="PartBytes"/> for each upload under way.</param>
public sealed record S3Options(
    string Bucket, Uri? Endpoint, string Region, string? AccessKey, string? SecretKey, string Prefix, string SpoolFolder)
{
    /// <summary>Bytes of a part. The protocol takes 5 MiB to 5 GiB, and 10 000 parts: 80 GB.</summary>
    public int PartBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>One call, a part's upload included: below it a store is slow, above it is away.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A call that failed is tried again so often, by the client library, with growing pauses.</summary>
    public int Retries { get; init; } = 2;
}
