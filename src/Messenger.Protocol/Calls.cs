using Orleans;

namespace Messenger.Protocol;

/// <summary>Asks for relays that carry a call where two phones do not reach each other.</summary>
[OfFeature(Features.Calls)]
[GenerateSerializer, Immutable]
public sealed record RequestGetCallServers : IRequest
{
    public string? Fault() => null;
}

/// <summary>Answers <see cref="RequestGetCallServers"/>.</summary>
/// <param name="IceServers">As WebRTC's <c>RTCConfiguration.iceServers</c> takes them.</param>
/// <param name="Expires">When the credentials end, in milliseconds since the Unix epoch: a call that runs then ends too.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseCallServers(IceServer[] IceServers, long Expires);

/// <summary>Relays, and what they ask for.</summary>
/// <param name="Urls">URIs of RFC 7065, such as turns:turn.example:443?transport=tcp.</param>
/// <param name="Username">Says when it ends and nothing of who it is.</param>
/// <param name="Credential">The password.</param>
[GenerateSerializer, Immutable]
public sealed record IceServer(string[] Urls, string Username, string Credential);
