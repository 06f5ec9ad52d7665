using Messenger.Gateway.Delivery;
using Messenger.Gateway.Files;
using Messenger.Gateway.Listening;
using Messenger.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Gateway.Hosting;

/// <summary>The gateway's metrics.</summary>
public static class GatewaySignals
{
    /// <summary>Called once, when somebody listens already.</summary>
    public static void Begin(IServiceProvider services)
    {
        GatewayMeter.Begin();
        if (services.GetService<ConnectionGuard>() is { Limit: > 0 } errors)
        {
            Signals.Descriptors.Gauge(GatewayMeter.Meter, () => errors.Used);
            Signals.DescriptorLimit.Gauge(GatewayMeter.Meter, () => errors.Limit);
        }

        FilesMeter.Begin();
        DeliveryMeter.Begin(() => services.GetRequiredService<StreamListener>().Hears);
    }
}
