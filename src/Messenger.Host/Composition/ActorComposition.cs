using Messenger.Gateway;
using Messenger.Gateway.Delivery;
using Messenger.Grains.Delivery;
using Messenger.Grains.Devices;
using Messenger.Grains.Placement;
using Messenger.Grains.Registration;
using Messenger.Grains.Users;
using Messenger.Host.Configuration;

namespace Messenger.Host.Composition;

/// <summary>What the projects below offer, put together as the role wants it.</summary>
internal static class ActorComposition
{
    /// <summary>The actors, and the streams that lead to the gateways.</summary>
    public static ISiloBuilder AddActors(this ISiloBuilder silo, Settings settings)
    {
        silo.AddGatewayStreams(TerminatesSockets(settings));
        if (settings.Silo.Role == SiloRoles.Gateway)
        {
            return silo;
        }

        silo.AddDevices();
        silo.Configure<UserOptions>(options => options.LimitsEnabled = settings.LimitsEnabled);
        silo.Configure<RegistrationOptions>(options =>
        {
            options.CodeLength = settings.Registration.CodeDigits;
            options.FixedCode = settings.Registration.FixedCode;
            options.LimitsEnabled = settings.LimitsEnabled;
        });
        return silo;
    }

    /// <summary>The sockets' services; nothing on a worker.</summary>
    public static void AddSockets(this IServiceCollection services, Settings settings)
    {
        if (!TerminatesSockets(settings))
        {
            return;
        }

        services.AddGateway(gateway => Fill(gateway, settings), told => Fill(told, settings.Server));
        services.AddDelivery();
        services.AddHostedService<DrainOnStop>();
    }

    /// <summary>The sockets' routes; nothing on a worker, which serves its health alone.</summary>
    public static void MapSockets(this WebApplication app, Settings settings)
    {
        if (TerminatesSockets(settings))
        {
            app.MapMessenger();
        }
    }

    private static void Fill(GatewayOptions gateway, Settings settings)
    {
        gateway.MaxMessageBytes = settings.Gateway.MaxMessageBytes;
        gateway.DrainPerSecond = settings.Gateway.DrainPerSecond;
        gateway.LimitsEnabled = settings.LimitsEnabled;
        gateway.ServerVersion = settings.Server.Version;
        gateway.AndroidUrl = settings.Server.AndroidUrl?.ToString();
    }

    private static void Fill(SettingsOptions told, ServerSettings server)
    {
        var (supportId, adminId, bigBrother, theme) = server.Answer;
        (told.SupportId, told.AdminId, told.BigBrother) = (supportId, adminId, bigBrother);
        told.Theme = new ThemeOptions
        {
            ButtonBackground = theme.ButtonBackground,
            ButtonText = theme.ButtonText,
            YourMessageBubbleBackground = theme.YourMessageBubbleBackground,
            YourMessageBubbleText = theme.YourMessageBubbleText,
            TheirMessageBubbleBackground = theme.TheirMessageBubbleBackground,
            TheirMessageBubbleText = theme.TheirMessageBubbleText,
            Logo = theme.Logo,
            Sound = theme.Sound,
        };
    }

    private static bool TerminatesSockets(Settings settings) => settings.Silo.Role != SiloRoles.Worker;
}
