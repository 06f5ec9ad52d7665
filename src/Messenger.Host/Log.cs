namespace Messenger.Host;

/// <summary>What the host logs. Never a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Messenger {Version} listens on {Urls} as {Role}, embedded: {Embedded}")]
    public static partial void Started(ILogger logger, string version, string urls, string role, bool embedded);

    [LoggerMessage(2, LogLevel.Warning, "SMS are not sent but written to this log, codes included: Sms:Provider is console outside the Development environment")]
    public static partial void ConsoleSms(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "This cluster takes no files: set {Directory} to a folder that all gateways share, or {Provider} to s3")]
    public static partial void NoFiles(ILogger logger, string directory, string provider);
}
