using Messenger.Grains.Delivery;
using Messenger.Grains.Devices;
using Messenger.Grains.Placement;
using Messenger.Host.Configuration;

namespace Messenger.Host.Composition;

/// <summary>What the projects below offer, put together: the only place that knows the names of their extension methods.</summary>
internal static class ActorComposition
{
    /// <summary>The streams of the gateways, and what grains need besides the stores.</summary>
    public static ISiloBuilder AddActors(this ISiloBuilder silo, Settings settings)
    {
        silo.AddGatewayStreams(TerminatesSockets(settings));
        if (settings.Silo.Role != SiloRoles.Gateway)
        {
            silo.AddDevices();
        }

        return silo;
    }

    /// <summary>The sockets' services; nothing on a worker.</summary>
    public static void AddSockets(this IServiceCollection services, Settings settings)
    {
        _ = services;
        _ = TerminatesSockets(settings);
    }

    /// <summary>The sockets' routes; nothing on a worker, which serves its health alone.</summary>
    public static void MapSockets(this WebApplication app, Settings settings)
    {
        _ = app;
        _ = TerminatesSockets(settings);
    }

    private static bool TerminatesSockets(Settings settings) => settings.Silo.Role != SiloRoles.Worker;
}
