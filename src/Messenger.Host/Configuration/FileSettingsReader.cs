namespace Messenger.Host.Configuration;

/// <summary>Reads where files are kept, and refuses what does not fit together.</summary>
internal static class FileSettingsReader
{
    /// <summary>Keys that mean something with S3 alone.</summary>
    private static readonly ConfigKey[] OfS3 =
        [ConfigKeys.S3Bucket, ConfigKeys.S3Endpoint, ConfigKeys.S3Region, ConfigKeys.S3AccessKey, ConfigKeys.S3SecretKey, ConfigKeys.S3Prefix, ConfigKeys.S3Spool];

    /// <param name="data">The embedded store's directory; null in a cluster.</param>
    /// <exception cref="StartRefusedException">Says which key, what was given and what it takes.</exception>
    public static FileSettings Read(IConfiguration from, string? data)
    {
        var s3 = ConfigKeys.FilesProvider.Read(from) == "s3" ? S3(from) : null;
        if (s3 is null && OfS3.FirstOrDefault(key => !string.IsNullOrWhiteSpace(from[key.Name])) is { } stray)
        {
            throw new StartRefusedException($"{stray.Name} is given, but {ConfigKeys.FilesProvider.Name} is disk: set it to s3, or leave that key out.");
        }

        var directory = ConfigKeys.FilesDirectory.Read(from);
        if (s3 is not null && directory is not null)
        {
            throw ConfigKeys.FilesDirectory.Refuse($"{ConfigKeys.FilesProvider.Name} is s3, where files are in a bucket", directory);
        }

        var (most, perDay) = (ConfigKeys.FilesMaxBytes.Read(from), ConfigKeys.FilesMaxBytesPerDay.Read(from));
        if (most > perDay)
        {
            throw new StartRefusedException(
                $"{ConfigKeys.FilesMaxBytes.Name} is {most}, which nobody may upload: {ConfigKeys.FilesMaxBytesPerDay.Name} is {perDay}. Give the day at least one file.");
        }

        directory ??= s3 is null && data is not null ? Path.Combine(data, "files") : null;
        return new FileSettings(
            directory is null ? null : Path.GetFullPath(directory), s3, most, perDay, ConfigKeys.FilesMaxUploads.Read(from), ConfigKeys.FilesUploadHours.Read(from),
            ConfigKeys.FilesKeyDays.Read(from), ConfigKeys.FilesKeepFree.Read(from), ConfigKeys.FilesCollectorDryRun.Read(from),
            Folder(ConfigKeys.FilesAssets, from), Folder(ConfigKeys.FilesAndroid, from));
    }

    private static S3Settings S3(IConfiguration from)
    {
        var (access, secret) = (ConfigKeys.S3AccessKey.Read(from), ConfigKeys.S3SecretKey.Read(from));
        if (access is null != secret is null)
        {
            throw new StartRefusedException($"{ConfigKeys.S3AccessKey.Name} and {ConfigKeys.S3SecretKey.Name} are given together, or not at all.");
        }

        return new S3Settings(
            ConfigKeys.S3Bucket.Read(from) ?? throw new StartRefusedException($"{ConfigKeys.FilesProvider.Name} is s3: {ConfigKeys.S3Bucket.Name} must name the bucket."),
            ConfigKeys.S3Endpoint.Read(from), ConfigKeys.S3Region.Read(from) ?? "us-east-1", access, secret, ConfigKeys.S3Prefix.Read(from) ?? "",
            Path.GetFullPath(ConfigKeys.S3Spool.Read(from) ?? Path.Combine(Path.GetTempPath(), "messenger-spool")));
    }

    private static string? Folder(ConfigKey<string?> key, IConfiguration from) => key.Read(from) switch
    {
        null => null,
        var folder when Directory.Exists(folder) => Path.GetFullPath(folder),
        var folder => throw key.Refuse($"it takes {key.Takes}", folder),
    };
}
