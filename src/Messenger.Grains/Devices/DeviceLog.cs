using Microsoft.Extensions.Logging;

namespace Messenger.Grains.Devices;

/// <summary>What devices log. Never a payload, a token, a phone or a user.</summary>
internal static partial class DeviceLog
{
    [LoggerMessage(LogLevel.Warning, "A device's inbox could not be kept for its next activation: its client will resynchronise")]
    public static partial void SnapshotFailed(ILogger logger, Exception e);

    [LoggerMessage(309, LogLevel.Warning, "A device's inbox was not kept for its next activation, because this silo may be dead to the others: its client will resynchronise")]
    public static partial void SnapshotWithheld(ILogger logger);

    [LoggerMessage(301, LogLevel.Warning, "Pushes could not be queued, and those whose notices they belong to wait")]
    public static partial void PushesNotQueued(ILogger logger, Exception exception);
}
