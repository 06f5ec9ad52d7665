using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;

namespace Messenger.Contracts.Placement;

/// <summary>Lets a grain live only on silos of this role, or of the role <see cref="SiloRoles.All"/>.</summary>
/// <remarks>Where no such silo is around, a call fails at once instead of being placed somewhere else.</remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class SiloRoleAttribute(string role) : PlacementFilterAttribute(new SiloRoleFilter(role))
{
    /// <summary>One of <see cref="SiloRoles"/>.</summary>
    public string Role { get; } = role;
}

/// <summary>The roles of a silo, and the key of its metadata that tells the role to the others.</summary>
public static class SiloRoles
{
    public const string Key = "role";

    /// <summary>Terminates sockets and hosts grains.</summary>
    public const string All = "all";

    /// <summary>Terminates sockets, hosts no user state.</summary>
    public const string Gateway = "gateway";

    /// <summary>Hosts grains.</summary>
    public const string Worker = "worker";
}

/// <summary>The filter as Orleans carries it in a grain type's properties.</summary>
public sealed class SiloRoleFilter(string role) : PlacementFilterStrategy(order: 0)
{
    public SiloRoleFilter()
        : this(SiloRoles.All)
    {
    }

    public string Role { get; private set; } = role;

    public override void AdditionalInitialize(GrainProperties properties) =>
        Role = GetPlacementFilterGrainProperty(SiloRoles.Key, properties)
            ?? throw new ArgumentException("a grain with a role filter names its role", nameof(properties));

    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(SiloRoles.Key, Role)];
}
