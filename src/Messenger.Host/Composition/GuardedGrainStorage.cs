using System.Data.Common;
using System.Net.Sockets;
using Messenger.Contracts;
using Messenger.Host.Configuration;
using Messenger.Ports;
using Messenger.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Messenger.Host.Composition;

/// <summary>
/// The grain storage as the rest of the product knows a store: away is <see cref="StoreUnavailableException"/>, whatever the driver throws. So
/// an activation that cannot read its state fails with an exception of our own, which every silo knows.
/// </summary>
/// <remarks>
/// A read that found its pooled connection broken (a failover, a NAT that forgot it) is tried once more: it changed nothing. A write is
/// not, because it may have taken effect and would then be its own conflict.
/// </remarks>
internal sealed class GuardedGrainStorage(IGrainStorage inner, MainWork work) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Puts itself before the storage that was registered last under this name.</summary>
    public static void Guard(IServiceCollection services, string name)
    {
        var unguarded = services.Last(service => service.ServiceType == typeof(IGrainStorage) && name.Equals(service.ServiceKey));
        var create = unguarded.KeyedImplementationFactory ?? throw new InvalidOperationException($"the grain storage '{name}' is not made by a factory");
        services.Remove(unguarded);
        services.AddKeyedSingleton<IGrainStorage>(name, (provider, key) => new GuardedGrainStorage(
            (IGrainStorage)create(provider, key), provider.GetRequiredService<MainWork>()));
    }

    public void Participate(ISiloLifecycle observer) => ((ILifecycleParticipant<ISiloLifecycle>)inner).Participate(observer);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await inner.ReadStateAsync(stateName, grainId, grainState);
            work.StateReads.Succeeded();
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            await Guarded(inner.ReadStateAsync(stateName, grainId, grainState), work.StateReads);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Unavailable(fault, work.StateReads);
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Guarded(inner.WriteStateAsync(stateName, grainId, grainState), work.StateWrites);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Guarded(inner.ClearStateAsync(stateName, grainId, grainState), work.StateWrites);

    private static async Task Guarded(Task storage, WorkHealth health)
    {
        try
        {
            await storage;
            health.Succeeded();
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Unavailable(fault, health);
        }
    }

    /// <summary>Everything of a driver's, wrong statements too: who calls can do no more about it than wait. Orleans' own (a conflict of versions) go on as they are.</summary>
    private static bool IsAway(Exception fault) => fault is DbException or not OrleansException && TransientErrors.IsTransient(fault);

    /// <summary>The connection, and not the server's answer.</summary>
    private static bool IsBroken(Exception fault) =>
        fault is DbException { SqlState: null, InnerException: IOException or SocketException };

    private static StoreUnavailableException Unavailable(Exception fault, WorkHealth health)
    {
        health.Failed(StoreFault.Words(fault));
        return new("the store of grains' state did not answer", fault);
    }
}
