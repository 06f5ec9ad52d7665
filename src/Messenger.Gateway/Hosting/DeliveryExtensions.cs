using Messenger.Gateway.Delivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Gateway.Hosting;

/// <summary>What a gateway needs to deliver.</summary>
public static class DeliveryExtensions
{
    /// <summary>
    /// For silos of the roles all and gateway, which called <c>AddGatewayStreams(isGateway: true)</c> and <c>AddDeviceLeasesClient()</c>.
    /// Gives <see cref="Subscriptions"/>, and <see cref="StreamListener.Hears"/> for the readiness check.
    /// </summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<StreamListener>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<StreamListener>());
        return services;
    }
}
