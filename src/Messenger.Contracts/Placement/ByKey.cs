using System.Text;
using Messenger.Protocol;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Messenger.Contracts.Placement;

/// <summary>
/// Spreads grains evenly over the silos by their keys, and puts those whose keys start with the same user id on one silo: what a user's grain
/// tells the devices crosses no wire.
/// </summary>
/// <remarks>
/// A preference at activation, no promise: after a silo joined, those who were there before stay where they are. (Orleans' default goes by the
/// load that silos reported last: all that starts between two reports lands on one of them.)
/// </remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class ByKeyAttribute() : PlacementAttribute(new ByKeyStrategy());

/// <summary>The strategy behind <see cref="ByKeyAttribute"/>.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class ByKeyStrategy : PlacementStrategy;

/// <summary>Rendezvous hashing of the key, or the user id it starts with, over the silos that may host it: a silo that comes or goes moves only its own share.</summary>
internal sealed class ByKeyDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } hint)
        {
            return Task.FromResult(hint);
        }

        return Task.FromResult(Choose(target.GrainIdentity.Key.AsSpan(), silos) ?? throw new SiloUnavailableException("no silo hosts such grains now"));
    }

    /// <summary>Where a grain with this key would be activated now; null where there is no silo.</summary>
    public static SiloAddress? Choose(string key, SiloAddress[] silos)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(UserIds.Length)];
        return Choose(bytes[..Encoding.UTF8.GetBytes(key.AsSpan(0, Math.Min(UserIds.Length, key.Length)), bytes)], silos);
    }

    private static SiloAddress? Choose(ReadOnlySpan<byte> key, SiloAddress[] silos)
    {
        var owner = Fnv(key[..Math.Min(UserIds.Length, key.Length)]);
        return silos.MaxBy(silo => Mix(owner ^ (uint)silo.GetConsistentHashCode()));
    }

    private static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
        return x ^ (x >> 31);
    }
}
