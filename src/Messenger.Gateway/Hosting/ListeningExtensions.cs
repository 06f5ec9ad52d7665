using Messenger.Gateway.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messenger.Gateway.Hosting;

/// <summary>What a host needs so that its connections never take its last descriptors.</summary>
public static class ListeningExtensions
{
    /// <summary>After <c>UseSockets()</c>: of two that listen on sockets the last is asked.</summary>
    public static IServiceCollection AddConnectionGuard(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ConnectionGuard>();
        services.AddSingleton<SocketTransportFactory>();
        services.AddSingleton<IConnectionListenerFactory, GuardedListenerFactory>();
        return services;
    }

    /// <summary>First of all that serve a request: who serves one is not cut to make room.</summary>
    public static IApplicationBuilder UseConnectionGuard(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var slot = context.Features.Get<ConnectionSlot>();
        slot?.BeginRequest();
        try
        {
            await next(context);
        }
        finally
        {
            slot?.EndRequest();
        }
    });
}
