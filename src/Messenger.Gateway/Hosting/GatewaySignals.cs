using Messenger.Gateway.Delivery;
using Messenger.Gateway.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Gateway.Hosting;

/// <summary>The gateway's metrics.</summary>
public static class GatewaySignals
{
    /// <summary>Called once, when somebody listens already.</summary>
    public static void Begin(IServiceProvider services)
    {
        GatewayMeter.Begin();
        FilesMeter.Begin();
        DeliveryMeter.Begin(() => services.GetRequiredService<StreamListener>().Hears);
    }
}
