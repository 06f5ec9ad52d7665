using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Messenger.Contracts.Placement;

/// <summary>Where grains may live.</summary>
public static class PlacementExtensions
{
    /// <summary>Tells the cluster this silo's role, and lets <see cref="SiloRoleAttribute"/> and <see cref="ByKeyAttribute"/> be used.</summary>
    /// <param name="role">One of <see cref="SiloRoles"/>.</param>
    public static ISiloBuilder AddSiloRole(this ISiloBuilder builder, string role)
    {
        builder.UseSiloMetadata(new Dictionary<string, string> { [SiloRoles.Key] = role });
        builder.Services.AddPlacementFilter<SiloRoleFilter, SiloRoleDirector>(ServiceLifetime.Transient);
        builder.Services.AddPlacementDirector<ByKeyStrategy, ByKeyDirector>();
        return builder;
    }
}
