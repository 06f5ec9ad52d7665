using Messenger.Contracts.Placement;
using Messenger.Gateway;
using Messenger.Gateway.Hosting;
using Messenger.Grains.Hosting;
using Messenger.Grains.Registration;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Messenger.Host.Configuration;
using Messenger.Host.Starting;

namespace Messenger.Host.Composition;

/// <summary>What the projects below offer, put together: the only place that knows the names of their extension methods.</summary>
internal static class ActorComposition
{
    /// <summary>The streams of the gateways, and what grains need besides the stores.</summary>
    public static ISiloBuilder AddActors(this ISiloBuilder silo, Settings settings)
    {
        silo.AddGatewayStreams();
        if (settings.Silo.TerminatesSockets)
        {
            silo.AddUploadReleases();
        }

        if (settings.Silo.Role == SiloRoles.Gateway)
        {
            return silo;
        }

        silo.AddDevices();
        silo.AddUsers();

        // Read when it is first wanted: the data directory is held by then.
        silo.Services.AddSingleton(_ => new CredentialSeal(CredentialKeyFile.Of(settings)));
        silo.Services.AddSingleton<CredentialCanary>();
        silo.Services.AddHostedService(services => services.GetRequiredService<CredentialCanary>());
        var limits = settings.Limits;
        silo.Services.Configure<UserOptions>(options =>
        {
            options.LimitsEnabled = settings.LimitsEnabled;
            options.DiscoveryIdsPerDay = limits.DiscoveryIdsPerDay;
            options.DiscoveryCallsPerMinute = limits.DiscoveryCallsPerMinute;
            (options.Cooling, options.Inactive, options.LockLife) = settings.Registration.Vouching;
        });
        silo.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(limits.Budgets));
        silo.Services.Configure<RegistrationOptions>(options =>
        {
            options.LimitsEnabled = settings.LimitsEnabled;
            options.CodesPerPhone = limits.CodesPerPhone;
            options.WrongCodesPerDay = limits.WrongCodesPerDay;
            options.RegistrationsPerPrefix = limits.RegistrationsPerPrefix;
            options.FixedCode = settings.Registration.FixedCode;
            options.CodeLength = settings.Registration.CodeDigits;
            options.Texts = settings.Integrations.Sms.Texts;
        });
        return silo;
    }

    /// <summary>The sockets' services; nothing on a worker.</summary>
    public static void AddSockets(this IServiceCollection services, Settings settings)
    {
        if (!settings.Silo.TerminatesSockets)
        {
            return;
        }

        var server = settings.Server;
        services.AddDeviceLeasesClient();
        services.AddDelivery();
        services.AddGateway(
            options =>
            {
                options.MaxMessageBytes = settings.Gateway.MaxMessageBytes;
                options.DrainPerSecond = settings.Gateway.DrainPerSecond;
                options.MaxSessions = settings.Gateway.MaxSessions;
                options.LimitsEnabled = settings.LimitsEnabled;
                Limit(options, settings.Limits);
                options.AllowedOrigins = settings.Edge.AllowedOrigins;
                options.AllowedHosts = settings.Edge.AllowedHosts;
                options.ServerVersion = server.Version;
                options.AndroidUrl = server.AndroidUrl?.ToString();
                options.FeaturesOff = settings.FeaturesOff;
                options.WebPushHosts = settings.Integrations.Push.Web?.Hosts ?? [];
            },
            answer =>
            {
                answer.SupportId = server.Answer.SupportId;
                answer.AdminId = server.Answer.AdminId;
                answer.BigBrother = server.Answer.BigBrother;
                answer.Theme = Theme(server.Answer.Theme);
                answer.Notice = settings.Edition.Notice;
                answer.Flags = settings.Edition.Flags;
                answer.VapidPublicKey = settings.Integrations.Push.Web?.Keys[0].PublicKey;
                answer.MinClientVersion = settings.Edition.MinClientVersion;
            });
        if (settings.Calls is { } calls)
        {
            services.Configure<CallsOptions>(options =>
                (options.TurnUris, options.TurnSecret, options.TurnLifetime) = (calls.TurnUris, calls.TurnSecret, calls.TurnLifetime));
        }

        services.AddHostedService<DrainOnStop>();
        var files = settings.Files;
        services.AddFiles(
            options =>
            {
                options.MaxBytes = files.MaxBytes;
                options.MaxBytesPerDay = files.MaxBytesPerDay;
                options.MaxUploads = files.MaxUploads;
                options.LimitsEnabled = settings.LimitsEnabled;
                options.UploadLifetime = TimeSpan.FromHours(files.UploadHours);
                options.KeyPeriod = TimeSpan.FromDays(files.KeyDays);
                options.PublicUrl = settings.Gateway.PublicUrl;
                options.AssetsFolder = files.Assets;
                options.AndroidFolder = files.Android;
                options.CollectorDryRun = files.CollectorDryRun;
            },
            files.HasStore);
    }

    /// <summary>The sockets' routes; nothing on a worker, which serves its health alone.</summary>
    public static void MapSockets(this WebApplication app, Settings settings)
    {
        if (settings.Silo.TerminatesSockets)
        {
            app.MapMessenger();
            app.MapFiles();
        }
    }

    private static void Limit(GatewayOptions options, LimitSettings limits)
    {
        options.RegistrationsPerAddress = limits.RegistrationsPerAddress;
        options.FailedLoginsPerAddress = limits.FailedLoginsPerAddress;
        options.ConnectionsPerAddress = limits.ConnectionsPerAddress;
        options.RequestsPerSecond = limits.RequestsPerSecond;
        options.RequestBurst = 10 * limits.RequestsPerSecond;
        options.MessagesPerMinute = limits.MessagesPerMinute;
        options.CreationsPerHour = limits.CreationsPerHour;
        options.AdditionsPerHour = limits.AdditionsPerHour;
    }

    private static ThemeOptions Theme(Protocol.Theme theme) => new()
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
