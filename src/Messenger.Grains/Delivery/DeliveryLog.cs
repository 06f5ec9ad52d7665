using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains.Delivery;

/// <summary>What the way to the gateways logs.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(LogLevel.Warning, "Gateway {Gateway} does not take its events: {Dropped} dropped, their sessions will fetch them ({Reason})")]
    public static partial void GatewaySuspected(ILogger logger, SiloAddress gateway, int dropped, string reason);

    [LoggerMessage(LogLevel.Information, "The stream subscription of a dead gateway is still in the store after try {Attempt} ({Reason})")]
    public static partial void RowStays(ILogger logger, int attempt, string reason);
}
