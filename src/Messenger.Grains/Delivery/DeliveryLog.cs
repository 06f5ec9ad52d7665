using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains.Delivery;

/// <summary>What the way to the gateways logs.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(LogLevel.Warning, "Gateway {Gateway} does not take its events: {Dropped} dropped, their sessions will fetch them ({Reason})")]
    public static partial void GatewaySuspected(ILogger logger, SiloAddress gateway, int dropped, string reason);
}
