using System.Net;
using System.Reflection;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Gateway.Delivery;
using Messenger.Grains.Budgets;
using Messenger.Grains.Conversations;
using Messenger.Grains.Delivery;
using Messenger.Grains.Devices;
using Messenger.Grains.Fanout;
using Messenger.Grains.Recovery;
using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Simulation.Phones;
using Messenger.Simulation.Store;
using Messenger.Simulation.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;
using Orleans.Timers;

namespace Messenger.Simulation.Cluster;

/// <summary>A process of the cluster: the real actors and services of a worker or of a gateway, over an Orleans of our own.</summary>
internal sealed class Silo
{
    /// <summary>As the host configures it.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ServiceTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Spreading = TimeSpan.FromMilliseconds(400);

    /// <summary>Orleans forwards a message so often, then rejects it.</summary>
    private const int MaxHops = 2;

    /// <summary>The same on every machine: a seed is a run.</summary>
    private const long ConversationBytes = 64 * 1024 * 1024;

    private delegate void Enter(IGrainContext context, out IGrainContext before);

    private static readonly Type Context = typeof(IGrainContext).Assembly.GetType("Orleans.Runtime.RuntimeContext", throwOnError: true)!;

    private static readonly Enter SetContext =
        Context.GetMethod("SetExecutionContext", BindingFlags.Static | BindingFlags.NonPublic)!.CreateDelegate<Enter>();

    private readonly Simulated _cluster;
    private readonly Dictionary<GrainId, Activation> _activations = [];
    private readonly HashSet<Call> _outstanding = [];
    private readonly Lifecycle _lifecycle = new();
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _news = new();

    public Silo(Simulated cluster, string name, int port, int generation, string role)
    {
        (_cluster, Name, Role) = (cluster, name, role);
        Process = new Process(cluster.Scheduler, $"{name}/{generation}");
        Address = SiloAddress.New(IPAddress.Loopback, port, generation);
        View = new View(this, role, cluster.RoleOf) { Changed = Changed };
        Grains = new Factory(this);
        Services = Compose();
    }

    public Scheduler Scheduler => _cluster.Scheduler;

    public Simulated Cluster => _cluster;

    public string Name { get; }

    public string Role { get; }

    public bool IsWorker => Role == SiloRoles.Worker;

    public Process Process { get; }

    public SiloAddress Address { get; }

    public View View { get; }

    public IGrainFactory Grains { get; }

    public IServiceProvider Services { get; }

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>It may serve: it has started, and does not stop.</summary>
    public bool IsReady { get; private set; }

    public Subscriptions Sessions => Services.GetRequiredService<Subscriptions>();

    /// <summary>Of a gateway.</summary>
    public List<Session> Connections { get; } = [];

    public override string ToString() => Process.Name;

    public void Start() => Process.Main.Start(async () =>
    {
        _cluster.Members.Add(this);
        await Task.Delay(Scheduler.Between(100, 800), Process.Clock);
        foreach (var part in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
        {
            part.Participate(_lifecycle);
        }

        await _lifecycle.Start();
        _cluster.Members.Set(this, SiloStatus.Active);
        IsReady = true;
        if (IsWorker)
        {
            _ = Process.Main.Start(Takeovers);
            _ = Process.Main.Start(Looks);
            _ = Process.Main.Start(Leases);
        }
        else
        {
            _ = Process.Main.Start(() => Services.GetRequiredService<LeaseKeeper>().Run(_stopping.Token));
        }
    });

    /// <summary>As the host stops: the actors leave, then the silo, and what is disposed of comes last.</summary>
    public void Stop() => Process.Main.Start(async () =>
    {
        Scheduler.Note($"{this} stops");
        IsReady = false;
        _cluster.Members.Set(this, SiloStatus.ShuttingDown);
        _stopping.Cancel();

        // Orleans awaits that the others have heard of it, and, when the last actor has left, that what is under way has gone out.
        await Task.Delay(Spreading, Process.Clock);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20), Process.Clock);
        while (_activations.Count > 0)
        {
            await Task.WhenAll(_activations.Values.ToList().Select(one =>
                one.Leave(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "the silo stops"), timeout.Token)));
        }

        await Task.Delay(Spreading, Process.Clock);
        await _lifecycle.Stop(timeout.Token);
        if (!IsWorker)
        {
            // As a drain does: the connections first, so that clients resume elsewhere, and the devices hear that they have gone.
            await Task.WhenAll(Connections.ToList().Select(one => one.Drain()));
            _cluster.Members.Set(this, SiloStatus.Dead);
        }
        else
        {
            // Its journal is settled by then: LogShutdown stops with the others.
            _cluster.Members.Set(this, SiloStatus.Dead);
        }

        End();
        Scheduler.Note($"{this} has stopped");
    });

    /// <summary>It is no more, without a word.</summary>
    public void End()
    {
        IsReady = false;
        Process.Kill();
        _cluster.Ended(this);
    }

    /// <summary>News of a member.</summary>
    public void Heard(SiloAddress silo, SiloStatus status)
    {
        if (status != SiloStatus.Dead)
        {
            return;
        }

        if (silo.Equals(Address))
        {
            if (!IsStopping)
            {
                Scheduler.Note($"{this} hears that it is dead");
                End();
            }

            return;
        }

        foreach (var call in _outstanding.Where(call => silo.Equals(call.SentTo)).ToList())
        {
            Over(call, () => call.Fail(new SiloUnavailableException($"{silo} is dead")));
        }
    }

    public Task Call(Plan plan, GrainId target, object?[] arguments)
    {
        var call = plan.New(target, arguments, Process);
        call.Limit = Scheduler.After(Process, ResponseTimeout, () => Over(call, () => call.Fail(new TimeoutException($"no answer in time: {call}"))));
        _outstanding.Add(call);
        Dispatch(call);
        return call.Answer;
    }

    /// <summary>What came for an activation that has left.</summary>
    public void Forward(Call call)
    {
        if (++call.Hops > MaxHops)
        {
            Answer(call, null, new SiloUnavailableException($"forwarded too often: {call}"));
        }
        else
        {
            Dispatch(call);
        }
    }

    /// <summary>An activation is over.</summary>
    public void Left(Activation activation)
    {
        if (_activations.Remove(activation.GrainId))
        {
            _cluster.Unregister(activation.GrainId, Address);
        }
    }

    public void Answer(Call call, Task? done, Exception? fault)
    {
        if (call.Caller == Process)
        {
            Finish();
        }
        else if (_cluster.SiloOf(call.Caller) is { } caller)
        {
            _cluster.Network.Send(Process, call.Caller, () =>
            {
                // Nobody listens to the dead.
                if (!caller.View.IsDeadSilo(Address))
                {
                    Finish();
                }
            });
        }

        void Finish() => _cluster.SiloOf(call.Caller)?.Over(call, () =>
        {
            if (fault is null)
            {
                call.Succeed(done!);
            }
            else
            {
                call.Fail(fault);
            }
        });
    }

    /// <summary>Asks a service of another silo, which is no actor.</summary>
    public Task<T> Ask<T>(SiloAddress whom, Func<Silo, Task<T>> ask)
    {
        var answer = new TaskCompletionSource<T>();
        var limit = Scheduler.After(Process, ServiceTimeout, () => answer.TrySetException(new TimeoutException($"no answer in time of {whom}")));
        if (_cluster.Find(whom) is not { Process.IsDead: false } other || View.IsDeadSilo(whom))
        {
            Scheduler.After(Process, Scheduler.Between(1, 50), () => answer.TrySetException(new SiloUnavailableException($"{whom} is away")));
            return answer.Task;
        }

        _cluster.Network.Send(Process, other.Process, () =>
        {
            if (!other.View.IsDeadSilo(Address))
            {
                _ = other.Process.Main.Start(async () =>
                {
                    var result = await ask(other);
                    _cluster.Network.Send(other.Process, Process, () =>
                    {
                        limit.Cancel();
                        answer.TrySetResult(result);
                    });
                });
            }
        });
        return answer.Task;
    }

    /// <summary>Somebody who was idle for long is collected.</summary>
    public void Collect(Random chance)
    {
        var idle = _activations.Values.Where(one => one.IsIdle && one.GrainId.Type != Kinds.Device).ToList();
        if (idle.Count > 0)
        {
            _ = idle[chance.Next(idle.Count)].Leave(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "idle"));
        }
    }

    private void Over(Call call, Action finish)
    {
        if (_outstanding.Remove(call))
        {
            finish();
        }
    }

    private void Dispatch(Call call)
    {
        if (_activations.TryGetValue(call.Target, out var here))
        {
            here.Take(call);
            return;
        }

        var address = _cluster.Locate(call.Target);
        if (address is null || View.IsDeadSilo(address))
        {
            address = View.Place(call.Target.Key.ToString()!);
            if (address is null)
            {
                Answer(call, null, new SiloUnavailableException("no silo hosts such grains now"));
                return;
            }

            if (_cluster.IsMember(this))
            {
                address = _cluster.Register(call.Target, address);
            }
            else if (!Simulated.IsOwnPart(this, call.Target))
            {
                return;
            }
        }

        if (address.Equals(Address))
        {
            Receive(call);
            return;
        }

        call.SentTo = address;
        if (_cluster.Find(address) is not { Process.IsDead: false } other)
        {
            Scheduler.After(Process, Scheduler.Between(1, 100), () => Answer(call, null, new SiloUnavailableException($"{address} cannot be reached")));
            return;
        }

        _cluster.Network.Send(Process, other.Process, () =>
        {
            if (!other.View.IsDeadSilo(Address))
            {
                other.Receive(call);
            }
        });
    }

    private void Receive(Call call)
    {
        if (_activations.TryGetValue(call.Target, out var here))
        {
            here.Take(call);
            return;
        }

        var mine = _cluster.IsMember(this)
            ? _cluster.Locate(call.Target) is { } address && address.Equals(Address)
            : Simulated.IsOwnPart(this, call.Target);
        if (!mine || !IsWorker)
        {
            Forward(call);
            return;
        }

        var activation = new Activation(this, call.Target, Kinds.Class(call.Target.Type));
        _activations[call.Target] = activation;
        activation.Begin(Make);
        activation.Take(call);
    }

    private async Task<Grain> Make(Activation activation)
    {
        object[] facets = [];
        if (activation.GrainId.Type == Kinds.Device)
        {
            var state = new DeviceFacet(Services.GetRequiredKeyedService<IGrainStorage>("state"), activation.GrainId);
            await state.ReadStateAsync();
            facets = [state];
        }

        SetContext(activation, out var before);
        try
        {
            return (Grain)ActivatorUtilities.CreateInstance(Services, Kinds.Class(activation.GrainId.Type), facets);
        }
        finally
        {
            SetContext(before, out _);
        }
    }

    private void Changed()
    {
        var news = _news;
        _news = new TaskCompletionSource();
        news.TrySetResult();
    }

    /// <summary>As the service does: whenever membership changes, and now and then.</summary>
    private async Task Takeovers()
    {
        var service = Services.GetRequiredService<TakeoverService>();
        while (!IsStopping)
        {
            var news = _news.Task;
            var done = await service.SweepOnce(_stopping.Token);
            await Task.WhenAny(news, Task.Delay(done ? TakeoverService.Sweep : TakeoverService.Retry, Process.Clock));
        }
    }

    /// <summary>Whether the database went back, as the service looks for it. And the orchestrator restarts a worker whose log says that it may not write any more.</summary>
    private async Task Looks()
    {
        var service = Services.GetRequiredService<StoreHistoryService>();
        while (!IsStopping)
        {
            await service.SweepOnce(_stopping.Token);
            await Task.Delay(StoreHistoryService.Interval, Process.Clock);
            if (Services.GetRequiredService<CommitQueue>().Fenced && !IsStopping)
            {
                Scheduler.Note($"{this} may not write, and is restarted");
                End();
            }
        }
    }

    /// <summary>As the lease's own loop does.</summary>
    private async Task Leases()
    {
        while (true)
        {
            await Services.GetRequiredService<SiloLease>().Renew();
            await Task.Delay(SiloLease.Period, Process.Clock);
        }
    }

    private ServiceProvider Compose()
    {
        var store = _cluster.Store;
        var services = new ServiceCollection()
            .AddSingleton(typeof(ILogger<>), typeof(DiaryLog<>))
            .AddOptions()
            .AddSingleton<TimeProvider>(Process.Clock)
            .AddSingleton<TaskScheduler>(Process.Main)
            .AddSingleton(Scheduler.Chance)
            .AddSingleton(this)
            .AddSingleton(Grains)
            .AddSingleton<IClusterMembershipService>(View)
            .AddSingleton<ISiloStatusOracle>(View)
            .AddSingleton<Orleans.Runtime.MembershipService.SiloMetadata.ISiloMetadataCache>(View)
            .AddSingleton<ILocalSiloDetails>(View)
            .AddSingleton<IDeviceLeasesClient>(new Leases(this))
            .AddSingleton<ClusterView>()
            .AddSingleton<IWriterName, WriterName>();
        if (!IsWorker)
        {
            return services.AddSingleton<Subscriptions>().AddSingleton<LeaseKeeper>().BuildServiceProvider();
        }

        if (!_cluster.Plants.LoadsThoughFenced)
        {
            services.AddSingleton<ISiloLease>(provider => provider.GetRequiredService<SiloLease>());
        }

        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, LogShutdown>();
        services.AddSingleton(provider => new SiloStop(
            provider.GetRequiredService<ClusterView>(), Process.Clock, () => _cluster.Plants.GivesUpHandOversSoon || provider.GetRequiredService<IMessageLog>().IsAway,
            () => provider.GetRequiredService<Relays>().PauseElsewhere()));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloStop>());

        return services
            .AddSingleton<IGrainRuntime>(provider => new Runtime(this, provider))
            .AddSingleton<ITimerRegistry, Timers>()
            .AddKeyedSingleton<IGrainStorage>("state", new GrainStates(this, store))
            .AddKeyedSingleton<IStreamProvider>(GatewayStream.Provider, new Streams(this))
            .AddSingleton<GatewayStreams>()
            .AddSingleton<IGatewayStreams>(provider => provider.GetRequiredService<GatewayStreams>())
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<GatewayStreams>())
            .AddSingleton(new MemoryBudgets(new MemoryOptions { Conversations = ConversationBytes }))
            .AddSingleton<ConversationMemory>()
            .AddSingleton<WriteBudgets>()
            .AddSingleton<UserEndpoints>()
            .AddSingleton<DeviceEndpoints>()
            .AddSingleton<LeaseRegistry>()
            .AddSingleton<IRelayClient>(new RelaysOf(this))
            .AddSingleton<HandOvers>()
            .AddSingleton<Relays>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<Relays>())
            .AddSingleton<PushQueue>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<PushQueue>())
            .AddSingleton<IPushStore>(new Pushes(this, store))
            .AddSingleton<IUserDirectory>(new UserDirectory(this, store))
            .AddSingleton<IContactStore, NoContacts>()
            .AddSingleton<Log>()
            .AddSingleton(store)
            .AddSingleton<IMessageLog>(provider => provider.GetRequiredService<Log>())
            .AddSingleton<IConversationDirectory>(provider => provider.GetRequiredService<Log>())
            .AddSingleton<IFileDirectory, NoFiles>()
            .AddSingleton<IReportStore, NoReports>()
            .AddSingleton<IUploads, NoUploads>()
            .AddSingleton<ITakeover>(new Takeover(this, store))
            .AddSingleton<IBatchWriter>(provider => new Writer(this, store, provider.GetRequiredService<IWriterName>(), provider.GetRequiredService<CommitHistory>()))
            .AddSingleton(provider => new CommitQueue(
                provider.GetRequiredService<IBatchWriter>(), new CommitOptions(), Process.Clock, provider.GetRequiredService<ILogger<CommitQueue>>(),
                provider.GetRequiredService<IStoreHistory>(), background: Process.Main))
            .AddSingleton(provider => new CommitHistory(provider.GetRequiredService<IWriterName>().Name, provider.GetRequiredService<ILogger<CommitHistory>>()))
            .AddSingleton<IStoreHistory>(provider => new StoreHistory(this, store, provider.GetRequiredService<CommitHistory>()))
            .AddSingleton<StoreHistoryService>()
            .AddSingleton(new Neighbours(false))
            .AddSingleton<SiloLease>()
            .AddSingleton<TakeoverService>()
            .BuildServiceProvider();
    }
}
