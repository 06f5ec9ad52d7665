using Orleans.Runtime;
using Orleans.Streams;

namespace Messenger.Contracts;

/// <summary>How a gateway's stream is named. The address holds the silo's start, so that a restarted gateway is another stream.</summary>
public static class GatewayStream
{
    /// <summary>The stream provider's name.</summary>
    public const string Provider = "gateways";

    /// <summary>The session of a heartbeat: no connection has it.</summary>
    public const long Heartbeat = 0;

    private const string Namespace = "gateway";

    public static StreamId Of(SiloAddress gateway) => StreamId.Create(Namespace, gateway.ToParsableString());

    /// <summary>The gateway that a stream belongs to.</summary>
    public static SiloAddress GatewayOf(StreamId stream) => SiloAddress.FromParsableString(stream.GetKeyAsString());

    internal static QueueId QueueOf(StreamId stream) => QueueId.GetQueueId(stream.GetKeyAsString(), 0, 0);
}

/// <summary>What travels on a gateway's stream: events of many sessions, in order for each.</summary>
[GenerateSerializer, Immutable]
public sealed record GatewayBatch(GatewayEvent[] Events)
{
    /// <summary>Whether more waited on the gateway when these were pulled: another batch follows at once.</summary>
    [Id(0)]
    public bool More { get; init; }
}
