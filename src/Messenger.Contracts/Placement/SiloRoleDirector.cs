using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Messenger.Contracts.Placement;

/// <summary>Keeps the silos whose own metadata has the role. (Orleans' required match compares with the caller's metadata.)</summary>
internal sealed class SiloRoleDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var wanted = ((SiloRoleFilter)filterStrategy).Role;
        return silos.Where(silo => Has(metadata, silo, wanted));
    }

    /// <summary>Whether a silo has a role; false too while its metadata has not come.</summary>
    public static bool Has(ISiloMetadataCache metadata, SiloAddress silo, string wanted) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(SiloRoles.Key, out var role) && (role == wanted || role == SiloRoles.All);
}
