using Microsoft.Extensions.Logging;

namespace Messenger.Gateway.Links;

/// <summary>What is logged of signed links. Never a name, a user, a key or a signature.</summary>
internal static partial class LinksLog
{
    [LoggerMessage(LogLevel.Warning, "The keys that URLs are signed with could not be read ({Fault}); trying again")]
    public static partial void KeysUnread(ILogger logger, string fault);

    [LoggerMessage(LogLevel.Information, "URLs are signed with a new key")]
    public static partial void NewKey(ILogger logger);
}
