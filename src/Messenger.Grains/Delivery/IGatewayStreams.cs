using Orleans.Runtime;

namespace Messenger.Grains.Delivery;

/// <summary>One stream per gateway: how devices reach the gateways.</summary>
public interface IGatewayStreams
{
    /// <summary>
    /// Publishes in order and without waiting. What cannot be taken now (the gateway is slow, gone or suspected) is dropped:
    /// an event is a hint, the gateway fills the gap from the device's inbox.
    /// </summary>
    void Publish(SiloAddress gateway, GatewayEvent hint);
}
