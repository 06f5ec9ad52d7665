using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Recovery;

/// <summary>What the survivors of a process do.</summary>
public static class RecoveryExtensions
{
    /// <summary>Names this process after its silo, and adds take-over and maintenance. Call it before the store is added, which would name it otherwise.</summary>
    /// <param name="alone">No other process can use this store: whoever wrote it before is gone.</param>
    public static IServiceCollection AddRecovery(this IServiceCollection services, bool alone) => services
        .AddSingleton(new Neighbours(alone))
        .AddSingleton<IWriterName, WriterName>()
        .AddSingleton<Workers>()
        .AddSingleton<Gateways>()
        .AddHostedService<TakeoverService>()
        .AddHostedService<MaintenanceService>();
}

/// <summary>Whether other processes may use the same store.</summary>
internal sealed record Neighbours(bool None);
