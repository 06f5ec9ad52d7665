using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Gateway.Delivery;

/// <summary>What delivery logs. Never a payload, a device or a user.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(LogLevel.Debug, "A device did not take its goodbye, its lease will end by itself ({Reason})")]
    public static partial void GoodbyeFailed(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "A device could not be asked for a gap, try {Attempt} ({Reason})")]
    public static partial void FetchFailed(ILogger logger, int attempt, string reason);

    [LoggerMessage(LogLevel.Information, "This gateway listens to its stream")]
    public static partial void Subscribed(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "No heartbeat on this gateway's stream: subscribing anew")]
    public static partial void HeartbeatMissed(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "This gateway could not subscribe to its stream, and will try again; till then leases and fetches deliver")]
    public static partial void SubscribeFailed(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Warning, "The stream reported an error")]
    public static partial void StreamError(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Information, "Silo {Host} did not renew {Count} leases: their devices are asked one by one ({Reason})")]
    public static partial void RenewalFailed(ILogger logger, SiloAddress host, int count, string reason);

    [LoggerMessage(LogLevel.Debug, "A device did not renew its lease ({Reason})")]
    public static partial void AskFailed(ILogger logger, string reason);
}
