using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Files;
using Messenger.Gateway.Links;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Requests;
using Messenger.Gateway.Routes;
using Messenger.Gateway.Sessions;
using Messenger.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messenger.Gateway.Hosting;

/// <summary>What a host needs to serve clients.</summary>
public static class GatewayExtensions
{
    /// <summary>
    /// The sockets and the way of a request to its grain. Needs an <c>IGrainFactory</c> and <c>AddDelivery()</c> besides.
    /// Gives <see cref="SessionTable"/> and <see cref="Drain"/>.
    /// </summary>
    public static IServiceCollection AddGateway(
        this IServiceCollection services, Action<GatewayOptions>? configure = null, Action<SettingsOptions>? settings = null)
    {
        services.AddOptions<GatewayOptions>().Configure(configure ?? (_ => { }));
        services.AddOptions<SettingsOptions>().Configure(settings ?? (_ => { }));
        services.AddOptions<CallsOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new MainWork(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SessionTable>();
        services.AddSingleton<Drain>();
        services.AddSingleton<SessionSweeper>();
        services.TryAddSingleton<LiveNotice>();
        services.AddSingleton<ServerInfo>();
        services.AddSingleton<Login>();
        services.AddSingleton<RegistrationLimit>();
        services.AddSingleton<UserLimits>();
        services.AddSingleton<GuestAdmission>();
        services.AddSingleton<AddressCounts>();
        services.TryAddSingleton(_ => new MemoryBudgets(new MemoryOptions()));
        services.AddSingleton<SharedMemory>();
        services.AddSingleton<LargeAnswers>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<FileLinks>();
        services.AddSingleton<FileErrorHandler>();
        services.AddSingleton<FileAnswers>();
        services.AddSingleton<CallServers>();
        services.AddSingleton<LinkWaiting>();
        services.AddSingleton<RouteTable>();
        services.AddSingleton<RequestTraces>();
        services.AddSingleton<FailureLog>();
        services.AddSingleton<RequestCheck>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<WebSocketEndpoint>();
        return services;
    }

    /// <summary>Clients connect at <c>/ws</c>.</summary>
    public static IEndpointConventionBuilder MapMessenger(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.ServiceProvider.GetRequiredService<SessionSweeper>().Start();
        var sockets = endpoints.CreateApplicationBuilder()
            .Use(WebSocketEndpoint.Prepare)
            .UseWebSockets();
        sockets.Run(endpoints.ServiceProvider.GetRequiredService<WebSocketEndpoint>().Serve);

        // It lasts for hours, and has figures of its own.
        return endpoints.Map(WebSocketEndpoint.Path, sockets.Build()).DisableHttpMetrics();
    }
}
