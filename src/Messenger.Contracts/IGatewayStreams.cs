using Orleans.Runtime;

namespace Messenger.Contracts;

/// <summary>One stream per gateway: how devices reach the gateways.</summary>
public interface IGatewayStreams
{
    /// <summary>
    /// Publishes in order and without waiting. What cannot be taken now (the gateway is slow, gone or suspected) is dropped:
    /// an event is a hint, the gateway fills the gap from the device's inbox.
    /// </summary>
    void Publish(SiloAddress gateway, GatewayEvent hint);

    /// <summary>Whether so much waits for the gateway that who publishes more has to await <see cref="Room"/>.</summary>
    bool IsCrowded(SiloAddress gateway);

    /// <summary>
    /// Completes when what waits for the gateway is not too much, at the latest after <see cref="GatewayStreamBounds.Timeout"/>. Who publishes much
    /// awaits it: the cost of a flood is borne by who sends it, not by who must resynchronise because it came too late.
    /// </summary>
    /// <param name="events">How many were just published; about as many come next.</param>
    Task Room(SiloAddress gateway, int events);
}
