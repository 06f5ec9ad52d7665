using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Routes;

/// <summary>What the gateway answers out of its configuration.</summary>
internal sealed class OwnAnswers(IOptions<GatewayOptions> gateway, IOptions<SettingsOptions> settings)
{
    public ResponsePong Pong { get; } = new(gateway.Value.ServerVersion, gateway.Value.AndroidUrl);

    public ResponseServerSettings Settings { get; } = settings.Value.ToResponse();
}
