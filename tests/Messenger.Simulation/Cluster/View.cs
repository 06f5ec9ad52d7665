using System.Collections.Immutable;
using System.Reflection;
using Messenger.Contracts.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Messenger.Simulation.Cluster;

/// <summary>The cluster as one silo knows it.</summary>
internal sealed class View(Silo self, string role, Func<SiloAddress, string?> roleOf)
    : IClusterMembershipService, ISiloStatusOracle, ISiloMetadataCache, ILocalSiloDetails
{
    private static readonly MethodInfo Fill =
        typeof(SiloMetadata).GetMethod("AddMetadata", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(string), typeof(string)])!;

    private static readonly SiloMetadata Nobody = new();

    private readonly List<ISiloStatusListener> _listeners = [];
    private readonly Dictionary<SiloAddress, SiloMetadata> _metadata = [];
    private Dictionary<SiloAddress, SiloStatus> _statuses = [];
    private int _version = -1;

    /// <summary>Runs after each news.</summary>
    public Action Changed { get; set; } = static () => { };

    public ClusterMembershipSnapshot CurrentSnapshot { get; private set; } =
        new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, new MembershipVersion(0));

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException("news come by Changed");

    public SiloStatus CurrentStatus => GetApproximateSiloStatus(SiloAddress);

    public string SiloName => self.Name;

    public SiloAddress SiloAddress => self.Address;

    public string Name => self.Name;

    public string ClusterId => "simulation";

    public string DnsHostName => self.Name;

    public SiloAddress GatewayAddress => self.Address;

    public string Role => role;

    /// <summary>News of membership; older ones than are known are none.</summary>
    public void Hear(Dictionary<SiloAddress, SiloStatus> statuses, int version)
    {
        if (version <= _version)
        {
            return;
        }

        _version = version;
        var before = _statuses;
        _statuses = statuses;
        CurrentSnapshot = new(
            statuses.ToImmutableDictionary(one => one.Key, one => new ClusterMember(one.Key, one.Value, one.Key.ToParsableString())), new MembershipVersion(version));
        foreach (var (silo, status) in statuses)
        {
            if (!before.TryGetValue(silo, out var earlier) || earlier != status)
            {
                _listeners.ToList().ForEach(listener => listener.SiloStatusChangeNotification(silo, status));
                self.Heard(silo, status);
            }
        }

        Changed();
    }

    public SiloMetadata GetSiloMetadata(SiloAddress siloAddress)
    {
        if (_metadata.TryGetValue(siloAddress, out var known))
        {
            return known;
        }

        if (roleOf(siloAddress) is not { } found)
        {
            return Nobody;
        }

        // Orleans fills it from options, by a method of its own.
        var metadata = new SiloMetadata();
        Fill.Invoke(metadata, [SiloRoles.Key, found]);
        return _metadata[siloAddress] = metadata;
    }

    /// <summary>Asks the table itself.</summary>
    public async ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken)
    {
        await Task.Delay(self.Scheduler.Between(1, 30), self.Process.Clock, cancellationToken);
        var (statuses, version) = self.Cluster.Members.Snapshot();
        Hear(statuses, version);
    }

    public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();

    public SiloAddress[] GetActiveSilos() => [.. _statuses.Where(one => one.Value == SiloStatus.Active).Select(one => one.Key)];

    public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) => _statuses.GetValueOrDefault(siloAddress, SiloStatus.None);

    public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) =>
        _statuses.Where(one => !onlyActive || one.Value == SiloStatus.Active).ToDictionary();

    public bool TryGetSiloName(SiloAddress siloAddress, out string siloName)
    {
        siloName = siloAddress.ToParsableString();
        return true;
    }

    public bool IsFunctionalDirectory(SiloAddress siloAddress) => GetApproximateSiloStatus(siloAddress) is SiloStatus.Active or SiloStatus.ShuttingDown;

    public bool IsDeadSilo(SiloAddress silo) => GetApproximateSiloStatus(silo) == SiloStatus.Dead;

    public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer)
    {
        _listeners.Add(observer);
        return true;
    }

    public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer) => _listeners.Remove(observer);

    /// <summary>Where a grain of this key would be activated now, by the real placement.</summary>
    public SiloAddress? Place(string key) =>
        ByKeyDirector.Choose(key, [.. GetActiveSilos().Where(silo => SiloRoleDirector.Has(this, silo, SiloRoles.Worker))]);
}
