using Messenger.Contracts.Placement;
using Messenger.Grains.Conversations;
using Messenger.Grains.Fanout;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Messenger.Grains.Hosting;

/// <summary>What a silo needs to host users and conversations.</summary>
public static class UserExtensions
{
    /// <summary>For silos of the roles all and worker, with <see cref="Hosting.DeviceExtensions.AddDevices"/>.</summary>
    public static ISiloBuilder AddUsers(this ISiloBuilder builder)
    {
        builder.Services.TryAddSingleton(_ => new MemoryBudgets(new MemoryOptions()));
        builder.Services.AddSingleton<ConversationMemory>();
        builder.Services.AddSingleton<UserEndpoints>();
        builder.Services.AddSingleton<IRelayClient, RelayClient>();
        builder.Services.TryAddSingleton<ClusterView>();
        builder.Services.AddSingleton<Relays>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<Relays>());
        builder.AddGrainService<Relay>();
        return builder;
    }
}
