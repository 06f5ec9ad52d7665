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
}
