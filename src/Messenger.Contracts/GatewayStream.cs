using Orleans.Runtime;

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
}

/// <summary>What travels on a gateway's stream: events of many sessions, in order for each.</summary>
[GenerateSerializer, Immutable]
public sealed record GatewayBatch(GatewayEvent[] Events)
{
    /// <summary>
    /// Whether more waited for the gateway when these were sent: another batch follows as soon as this one is taken. Should it not come, the sweep of the sessions
    /// brings out what waits for it, within a second.
    /// </summary>
    [Id(0)]
    public bool More { get; init; }
}
