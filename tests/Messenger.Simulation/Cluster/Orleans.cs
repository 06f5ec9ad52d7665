using Messenger.Contracts;
using Messenger.Grains.Delivery;
using Messenger.Grains.Devices;
using Messenger.Grains.Fanout;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Timers;

namespace Messenger.Simulation.Cluster;

/// <summary>What grains ask of their silo.</summary>
internal sealed class Runtime(Silo silo, IServiceProvider services) : IGrainRuntime
{
    public string SiloIdentity => silo.Name;

    public SiloAddress SiloAddress => silo.Address;

    public IGrainFactory GrainFactory => silo.Grains;

    public ITimerRegistry TimerRegistry => services.GetRequiredService<ITimerRegistry>();

    public IServiceProvider ServiceProvider => services;

    public TimeProvider TimeProvider => silo.Process.Clock;

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "it asked for it"), CancellationToken.None);

    /// <summary>Who is collected is the schedule's choice, and never somebody who has something to do.</summary>
    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan)
    {
    }

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext) => throw new NotSupportedException();
}

internal sealed class Timers : ITimerRegistry
{
    public IDisposable RegisterTimer(IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException();

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        ((Activation)grainContext).Add(callback, state, options);
}

/// <summary>Starts and stops the services of a silo by their stages.</summary>
internal sealed class Lifecycle : ISiloLifecycle
{
    private readonly List<(int Stage, ILifecycleObserver Observer)> _parts = [];

    public int HighestCompletedStage => int.MaxValue;

    public int LowestStoppedStage => int.MinValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        _parts.Add((stage, observer));
        return new CancellationTokenSource();
    }

    public async Task Start()
    {
        foreach (var (_, part) in _parts.OrderBy(part => part.Stage))
        {
            await part.OnStart(CancellationToken.None);
        }
    }

    public async Task Stop(CancellationToken impatient)
    {
        foreach (var (_, part) in _parts.OrderByDescending(part => part.Stage))
        {
            await part.OnStop(impatient);
        }
    }
}

/// <summary>Reaches the lease services, as <see cref="DeviceLeases"/> answers.</summary>
internal sealed class Leases(Silo from) : IDeviceLeasesClient
{
    public IDeviceLeases On(SiloAddress host) => new Remote(from, host);

    private sealed class Remote(Silo from, SiloAddress host) : IDeviceLeases
    {
        public Task<LeaseReport> Renew(SiloAddress gateway, Immutable<LeaseClaim[]> claims) => from.Ask(host, silo => Task.FromResult(
            silo.Services.GetRequiredService<LeaseRegistry>().Renew(gateway, claims.Value, silo.Process.Clock.GetTimestamp())));
    }
}

/// <summary>Reaches the relays, as <see cref="Relay"/> answers.</summary>
internal sealed class RelaysOf(Silo from) : IRelayClient
{
    public IRelay On(SiloAddress silo) => new Remote(from, silo);

    private sealed class Remote(Silo from, SiloAddress whom) : IRelay
    {
        public Task<bool[]> Deliver(Immutable<DeliveryRequest[]> requests) => from.Ask(whom, silo => Task.FromResult(
            Array.ConvertAll(requests.Value, silo.Services.GetRequiredService<UserEndpoints>().TryDeliver)));

        public Task Pause(SiloAddress leaving) => from.Ask(whom, async silo =>
        {
            await silo.Services.GetRequiredService<HandOvers>().Pause(leaving);
            return true;
        });
    }
}

/// <summary>The gateways' streams: straight to the sessions of the gateway that is named, as the provider does.</summary>
internal sealed class Streams(Silo from) : IStreamProvider
{
    public string Name => GatewayStream.Provider;

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => (IAsyncStream<T>)(object)new Stream(from, streamId);

    private sealed class Stream(Silo from, StreamId id) : IAsyncStream<GatewayBatch>
    {
        private readonly SiloAddress _gateway = GatewayStream.GatewayOf(id);

        public bool IsRewindable => false;

        public string ProviderName => GatewayStream.Provider;

        public StreamId StreamId => id;

        public async Task OnNextAsync(GatewayBatch item, StreamSequenceToken? token = null)
        {
            await from.Ask(_gateway, silo =>
            {
                silo.Sessions.Receive(item);
                return Task.FromResult(true);
            });
        }

        public Task OnCompletedAsync() => throw new NotSupportedException();

        public Task OnErrorAsync(Exception ex) => throw new NotSupportedException();

        public Task OnNextBatchAsync(IEnumerable<GatewayBatch> batch, StreamSequenceToken? token = null) => throw new NotSupportedException();

        public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(IAsyncObserver<GatewayBatch> observer) => throw new NotSupportedException();

        public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(
            IAsyncObserver<GatewayBatch> observer, StreamSequenceToken? token, string? filterData = null) => throw new NotSupportedException();

        public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(IAsyncBatchObserver<GatewayBatch> observer) => throw new NotSupportedException();

        public Task<StreamSubscriptionHandle<GatewayBatch>> SubscribeAsync(IAsyncBatchObserver<GatewayBatch> observer, StreamSequenceToken? token) =>
            throw new NotSupportedException();

        public Task<IList<StreamSubscriptionHandle<GatewayBatch>>> GetAllSubscriptionHandles() => throw new NotSupportedException();

        public bool Equals(IAsyncStream<GatewayBatch>? other) => ReferenceEquals(this, other);

        public int CompareTo(IAsyncStream<GatewayBatch>? other) => 0;
    }
}
