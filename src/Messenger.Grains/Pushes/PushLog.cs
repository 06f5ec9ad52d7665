using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Pushes;

/// <summary>What pushes log. Never a token, a user or a device.</summary>
internal static partial class PushLog
{
    [LoggerMessage(302, LogLevel.Warning, "The queue of pushes could not be read or written; trying again")]
    public static partial void QueueAway(ILogger logger, Exception exception);

    [LoggerMessage(303, LogLevel.Warning, "A push could not be looked after ({Fault}); it is tried again")]
    public static partial void NotSent(ILogger logger, string fault);

    [LoggerMessage(304, LogLevel.Warning, "{Count} pushes were forgotten: they had waited too long for their provider")]
    public static partial void Expired(ILogger logger, int count);
}
