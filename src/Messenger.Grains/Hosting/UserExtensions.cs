using Messenger.Contracts.Placement;
using Messenger.Grains.Budgets;
using Messenger.Grains.Conversations;
using Messenger.Grains.Fanout;
using Messenger.Grains.Linking;
using Messenger.Grains.Registration;
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
        builder.Services.AddSingleton<LinkRoom>();
        builder.Services.AddSingleton<WriteBudgets>();
        builder.Services.TryAddSingleton<RegistrationPause>();
        builder.Services.AddSingleton<UserEndpoints>();
        builder.Services.AddSingleton<IRelayClient, RelayClient>();
        builder.Services.TryAddSingleton<ClusterView>();
        builder.Services.AddSingleton<HandOvers>();
        builder.Services.AddSingleton<Relays>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<Relays>());
        builder.AddGrainService<Relay>();
        builder.Services.AddSingleton(services =>
        {
            // At the first actor that leaves, not at a look that may come as the container goes.
            var (log, relays) = (new Lazy<IMessageLog>(services.GetRequiredService<IMessageLog>), new Lazy<Relays>(services.GetRequiredService<Relays>));
            return new SiloStop(services.GetRequiredService<ClusterView>(), TimeProvider.System, () => log.Value.IsAway, () => relays.Value.PauseElsewhere());
        });
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<SiloStop>());
        return builder;
    }
}
