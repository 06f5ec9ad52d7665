using Messenger.Grains.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Messenger.Grains.Recovery;

/// <summary>Who of the cluster hosts user state, as this silo knows it.</summary>
public sealed class Workers(IClusterMembershipService membership, ISiloMetadataCache metadata, ILocalSiloDetails self)
{
    /// <summary>Whether there is one at all: without, no request can be served.</summary>
    public bool Any => Active().Any();

    /// <summary>
    /// Whether this silo does what one silo has to do for all: it is the active worker with the lowest address.
    /// After a change two silos may think so for a moment: what they do must bear it.
    /// </summary>
    public bool Lead => Active().Min() is { } lowest && lowest.Equals(self.SiloAddress);

    private IEnumerable<SiloAddress> Active() =>
        from member in membership.CurrentSnapshot.Members.Values
        where member.Status == SiloStatus.Active && HostsUsers(member.SiloAddress)
        select member.SiloAddress;

    /// <summary>A silo whose metadata did not come yet counts as none: it is asked for again with the next look.</summary>
    private bool HostsUsers(SiloAddress silo) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(SiloRoles.Key, out var role) && role is SiloRoles.Worker or SiloRoles.All;
}
