using Microsoft.Extensions.Logging;

namespace Messenger.Gateway;

/// <summary>What the gateway logs. Never a payload, a phone number, a code, a token or a user.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Type} failed")]
    public static partial void RequestFailed(ILogger logger, string type, Exception e);

    [LoggerMessage(LogLevel.Warning, "{Count} requests were answered unavailable within a second ({Kind})")]
    public static partial void RequestsUnavailable(ILogger logger, int count, string kind);

    [LoggerMessage(LogLevel.Error, "{Count} requests were answered internal within a second ({Kind})")]
    public static partial void RequestsFailed(ILogger logger, int count, string kind);

    [LoggerMessage(LogLevel.Warning, "A connection that sent no requests of the protocol was closed")]
    public static partial void Garbage(ILogger logger);

    [LoggerMessage(LogLevel.Debug, "A connection was refused with {Status}")]
    public static partial void Refused(ILogger logger, int status);

    [LoggerMessage(LogLevel.Information, "Draining {Count} connections; they come back over {Seconds:0} s")]
    public static partial void Draining(ILogger logger, int count, double seconds);

    [LoggerMessage(LogLevel.Warning, "A device that waits to be linked could not be looked after, and is again ({Kind})")]
    public static partial void LinkNotAsked(ILogger logger, string kind);

    [LoggerMessage(LogLevel.Error, "Looking after the connections failed, and goes on")]
    public static partial void SweepFailed(ILogger logger, Exception e);
}
