using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Recovery;

/// <summary>What the survivors of a process do.</summary>
public static class RecoveryExtensions
{
    /// <summary>Names this process after its silo, and adds take-over and maintenance. Call it before the store is added, which would name it otherwise.</summary>
    public static IServiceCollection AddRecovery(this IServiceCollection services) => services
        .AddSingleton<IWriterName, WriterName>()
        .AddSingleton<Workers>()
        .AddSingleton<Gateways>()
        .AddHostedService<TakeoverService>()
        .AddHostedService<MaintenanceService>();
}
