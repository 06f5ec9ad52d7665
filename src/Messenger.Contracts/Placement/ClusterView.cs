using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Messenger.Contracts.Placement;

/// <summary>
/// Who is active in the cluster, as this silo knows it now; and who leads. A silo whose metadata did not come yet counts for no role: it is asked for
/// again with the next call.
/// </summary>
public sealed class ClusterView(ISiloStatusOracle silos, ISiloMetadataCache metadata)
{
    public SiloAddress Self => silos.SiloAddress;

    /// <summary>The active silos of a role, those of all roles among them.</summary>
    /// <param name="role">One of <see cref="SiloRoles"/>; null for every silo.</param>
    public IEnumerable<SiloAddress> Active(string? role = null) =>
        from silo in silos.GetApproximateSiloStatuses(onlyActive: true).Keys
        where role is null || SiloRoleDirector.Has(metadata, silo, role)
        select silo;

    /// <summary>As <see cref="Active"/>, without this silo.</summary>
    public IEnumerable<SiloAddress> Others(string? role = null) => Active(role).Where(silo => !silo.Equals(Self));

    /// <summary>
    /// Whether this silo does what one silo has to do for all: it is the active one of the role with the lowest address.
    /// After a change two silos may think so for a moment: what they do must bear it.
    /// </summary>
    public bool Leads(string? role = null) => Active(role).Min() is { } lowest && lowest.Equals(Self);
}
