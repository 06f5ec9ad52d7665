namespace Messenger.Host.Configuration;

/// <summary>Reads where files are kept, and refuses what does not fit together.</summary>
internal static class FileSettingsReader
{
    /// <summary>Keys that mean something with S3 alone.</summary>
    private static readonly Key[] OfS3 =
        [Keys.S3Bucket, Keys.S3Endpoint, Keys.S3Region, Keys.S3AccessKey, Keys.S3SecretKey, Keys.S3Prefix, Keys.S3Spool];

    /// <param name="data">The embedded store's directory; null in a cluster.</param>
    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static FileSettings Read(IConfiguration from, string? data)
    {
        var s3 = Keys.FilesProvider.Read(from) == "s3" ? S3(from) : null;
        if (s3 is null && OfS3.FirstOrDefault(key => !string.IsNullOrWhiteSpace(from[key.Name])) is { } stray)
        {
            throw new StartRefusedException($"{stray.Name} is given, but {Keys.FilesProvider.Name} is disk: set it to s3, or leave that key out.");
        }

        var directory = Keys.FilesDirectory.Read(from);
        if (s3 is not null && directory is not null)
        {
            throw Keys.FilesDirectory.Refuse($"{Keys.FilesProvider.Name} is s3, where files are in a bucket", directory);
        }

        var (most, perDay) = (Keys.FilesMaxBytes.Read(from), Keys.FilesMaxBytesPerDay.Read(from));
        if (most > perDay)
        {
            throw new StartRefusedException(
                $"{Keys.FilesMaxBytes.Name} is {most}, which nobody may upload: {Keys.FilesMaxBytesPerDay.Name} is {perDay}. Give the day at least one file.");
        }

        directory ??= s3 is null && data is not null ? Path.Combine(data, "files") : null;
        return new FileSettings(
            directory is null ? null : Path.GetFullPath(directory), s3, most, perDay, Keys.FilesMaxUploads.Read(from), Keys.FilesUploadHours.Read(from),
            Keys.FilesKeyDays.Read(from), Keys.FilesKeepFree.Read(from), Keys.FilesCollectorDryRun.Read(from),
            Folder(Keys.FilesAssets, from), Folder(Keys.FilesAndroid, from));
    }

    private static S3Settings S3(IConfiguration from)
    {
        var (access, secret) = (Keys.S3AccessKey.Read(from), Keys.S3SecretKey.Read(from));
        if (access is null != secret is null)
        {
            throw new StartRefusedException($"{Keys.S3AccessKey.Name} and {Keys.S3SecretKey.Name} are given together, or not at all.");
        }

        return new S3Settings(
            Keys.S3Bucket.Read(from) ?? throw new StartRefusedException($"{Keys.FilesProvider.Name} is s3: {Keys.S3Bucket.Name} must name the bucket."),
            Keys.S3Endpoint.Read(from), Keys.S3Region.Read(from) ?? "us-east-1", access, secret, Keys.S3Prefix.Read(from) ?? "",
            Path.GetFullPath(Keys.S3Spool.Read(from) ?? Path.Combine(Path.GetTempPath(), "messenger-spool")));
    }

    private static string? Folder(Key<string?> key, IConfiguration from) => key.Read(from) switch
    {
        null => null,
        var folder when Directory.Exists(folder) => Path.GetFullPath(folder),
        var folder => throw key.Refuse($"it takes {key.Takes}", folder),
    };
}
