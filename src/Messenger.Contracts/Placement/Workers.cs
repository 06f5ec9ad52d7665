using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Messenger.Contracts.Placement;

/// <summary>Who of the cluster hosts user state, as this silo knows it.</summary>
public sealed class Workers(IClusterMembershipService membership, ISiloMetadataCache metadata, ILocalSiloDetails self)
{
    private readonly Members _members = new(membership, metadata, self, SiloRoles.Worker);

    /// <summary>Whether there is one at all: without, no request can be served.</summary>
    public bool Any => _members.Active.Any();

    /// <summary>
    /// Whether this silo does what one silo has to do for all: it is the active worker with the lowest address.
    /// After a change two silos may think so for a moment: what they do must bear it.
    /// </summary>
    public bool Lead => _members.Lead;
}

/// <summary>Who of the cluster terminates sockets, and has the files, as this silo knows it.</summary>
public sealed class Gateways(IClusterMembershipService membership, ISiloMetadataCache metadata, ILocalSiloDetails self)
{
    private readonly Members _members = new(membership, metadata, self, SiloRoles.Gateway);

    /// <inheritdoc cref="Workers.Lead"/>
    public bool Lead => _members.Lead;

    /// <summary>All of them but this silo.</summary>
    public IEnumerable<SiloAddress> Others => _members.Active.Where(gateway => !gateway.Equals(self.SiloAddress));
}

/// <summary>The active silos of one role, those of all roles among them. One whose metadata did not come yet is asked for again with the next look.</summary>
internal sealed class Members(IClusterMembershipService membership, ISiloMetadataCache metadata, ILocalSiloDetails self, string role)
{
    public IEnumerable<SiloAddress> Active =>
        from member in membership.CurrentSnapshot.Members.Values
        where member.Status == SiloStatus.Active && SiloRoleDirector.Has(metadata, member.SiloAddress, role)
        select member.SiloAddress;

    public bool Lead => Active.Min() is { } lowest && lowest.Equals(self.SiloAddress);
}
