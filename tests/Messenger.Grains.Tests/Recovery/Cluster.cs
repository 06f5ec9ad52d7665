using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using System.Threading.Channels;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Ports;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Xunit;

namespace Messenger.Grains.Tests.Recovery;

/// <summary>A cluster as one of its silos sees it, made of members that the test names.</summary>
internal sealed class Cluster : IClusterMembershipService, ISiloMetadataCache, ILocalSiloDetails
{
    private readonly Dictionary<SiloAddress, string> _roles = [];
    private readonly Channel<ClusterMembershipSnapshot> _changes = Channel.CreateUnbounded<ClusterMembershipSnapshot>();

    public SiloAddress SiloAddress { get; private set; } = Silo(1);

    public ClusterMembershipSnapshot CurrentSnapshot { get; private set; } =
        new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, new MembershipVersion(0));

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => _changes.Reader.ReadAllAsync();

    public string Name => "self";

    public string ClusterId => "test";

    public string DnsHostName => "localhost";

    public SiloAddress GatewayAddress => SiloAddress;

    public ClusterView View
    {
        get
        {
            var silos = DispatchProxy.Create<ISiloStatusOracle, Proxy>();
            ((Proxy)(object)silos).Answer = (method, _) => method switch
            {
                "get_SiloAddress" => SiloAddress,
                nameof(ISiloStatusOracle.GetApproximateSiloStatuses) => CurrentSnapshot.Members.Values
                    .Where(member => member.Status == SiloStatus.Active).ToDictionary(member => member.SiloAddress, member => member.Status),
                _ => throw new NotSupportedException(method),
            };
            return new ClusterView(silos, this);
        }
    }

    public static SiloAddress Silo(int port, int generation = 1000) => SiloAddress.New(IPAddress.Loopback, port, generation);

    public Cluster As(SiloAddress self)
    {
        SiloAddress = self;
        return this;
    }

    public Cluster With(SiloAddress silo, SiloStatus status = SiloStatus.Active, string role = SiloRoles.Worker)
    {
        _roles[silo] = role;
        CurrentSnapshot = new ClusterMembershipSnapshot(
            CurrentSnapshot.Members.SetItem(silo, new ClusterMember(silo, status, $"port {silo.Endpoint.Port}")),
            new MembershipVersion(CurrentSnapshot.Version.Value + 1));
        Assert.True(_changes.Writer.TryWrite(CurrentSnapshot));
        return this;
    }

    public SiloMetadata GetSiloMetadata(SiloAddress siloAddress)
    {
        var metadata = new SiloMetadata();
        if (_roles.TryGetValue(siloAddress, out var role))
        {
            // Orleans fills it from options, by a method of its own.
            typeof(SiloMetadata).GetMethod("AddMetadata", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(string), typeof(string)])!
                .Invoke(metadata, [SiloRoles.Key, role]);
        }

        return metadata;
    }

    /// <summary>What reading the membership table comes to.</summary>
    public Action Table { get; set; } = () => { };

    /// <summary>What becomes of who is declared dead.</summary>
    public Action<SiloAddress> Kill { get; set; } = _ => throw new NotSupportedException();

    /// <summary>What it waits for before that.</summary>
    public Task Before { get; set; } = Task.CompletedTask;

    public async ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken)
    {
        await Before;
        Table();
    }

    public Task<bool> TryKill(SiloAddress siloAddress)
    {
        Kill(siloAddress);
        return Task.FromResult(true);
    }
}

/// <summary>The writers' names and what each had not settled.</summary>
internal sealed class Names : ITakeover, IWriterName
{
    private readonly Dictionary<string, Guid[]> _unsettled = [];

    public string Name { get; set; } = "";

    public bool Away { get; set; }

    public List<string> Fenced { get; } = [];

    public List<string> Retired { get; } = [];

    /// <summary>Completes with the first name retired.</summary>
    public TaskCompletionSource<string> FirstRetired { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Names With(SiloAddress writer, params Guid[] unsettled) => With(writer.ToParsableString(), unsettled);

    public Names With(string writer, params Guid[] unsettled)
    {
        _unsettled[writer] = unsettled;
        return this;
    }

    public Task<IReadOnlyList<string>> Writers() => Away
        ? throw new StoreUnavailableException("away")
        : Task.FromResult<IReadOnlyList<string>>([.. _unsettled.Keys, Name]);

    public Task<IReadOnlyList<Guid>> Fence(string writer)
    {
        Fenced.Add(writer);
        return Task.FromResult<IReadOnlyList<Guid>>(_unsettled[writer]);
    }

    public Task Retire(string writer)
    {
        Retired.Add(writer);
        _unsettled.Remove(writer);
        FirstRetired.TrySetResult(writer);
        return Task.CompletedTask;
    }
}

/// <summary>Conversations that count their resyncs; what <see cref="Unreachable"/> names throws.</summary>
internal sealed class Conversations
{
    private readonly Lock _lock = new();

    public List<Guid> Doubted { get; } = [];

    public HashSet<Guid> Unreachable { get; } = [];

    public IGrainFactory Factory
    {
        get
        {
            var factory = DispatchProxy.Create<IGrainFactory, Proxy>();
            ((Proxy)(object)factory).Answer = (method, args) => method == "GetGrain" ? Grain((Guid)args[0]!) : throw new NotSupportedException(method);
            return factory;
        }
    }

    private IConversationGrain Grain(Guid id)
    {
        var grain = DispatchProxy.Create<IConversationGrain, Proxy>();
        ((Proxy)(object)grain).Answer = (method, _) => method == nameof(IConversationGrain.RequireResyncAfter) ? RequireResync(id) : throw new NotSupportedException(method);
        return grain;
    }

    private Task RequireResync(Guid id)
    {
        lock (_lock)
        {
            Doubted.Add(id);
            return Unreachable.Contains(id) ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
        }
    }
}

/// <summary>Answers every call by its name.</summary>
public class Proxy : DispatchProxy
{
    internal Func<string, object?[], object?> Answer { get; set; } = null!;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!.Name, args ?? []);
}
