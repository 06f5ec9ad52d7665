using Microsoft.Extensions.Logging;

namespace Messenger.Gateway.Files;

/// <summary>What is logged of files. Never a name, a user or a signature.</summary>
internal static partial class FilesLog
{
    [LoggerMessage(LogLevel.Warning, "Collecting files failed ({Fault}), and goes on in the next round")]
    public static partial void CollectFailed(ILogger logger, string fault);

    [LoggerMessage(LogLevel.Information, "The collector would remove {Count} files ({Kind}): it is a dry run")]
    public static partial void WouldRemove(ILogger logger, int count, string kind);

    [LoggerMessage(LogLevel.Information, "The collector removed {Count} files ({Kind})")]
    public static partial void Removed(ILogger logger, int count, string kind);
}
