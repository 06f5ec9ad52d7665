using Microsoft.Extensions.Logging;

namespace Messenger.Grains.State;

/// <summary>What the stored state of grains logs. Never a key, a phone number or a user id.</summary>
internal static partial class StateLog
{
    [LoggerMessage(201, LogLevel.Warning, "The grain storage failed for '{Name}' ({Fault}): it is read again when next wanted")]
    public static partial void StorageFailed(ILogger logger, string name, string fault);
}
