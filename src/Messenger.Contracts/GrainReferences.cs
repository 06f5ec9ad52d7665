using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Contracts;

/// <summary>References to the grains on a message's path.</summary>
/// <remarks>
/// Orleans works out the names of an interface and of its grain anew in each GetGrain, with a dozen strings; a message needs four references.
/// Here the names are remembered from the first one.
/// </remarks>
public static class GrainReferences
{
    private static readonly ConditionalWeakTable<IGrainFactory, ConcurrentDictionary<Type, Names>> Factories = [];

    public static IConversationGrain Conversation(this IGrainFactory grains, Guid conversation) =>
        grains.Known<IConversationGrain>() is { } names
            ? names.Reference<IConversationGrain>(grains, GrainIdKeyExtensions.CreateGuidKey(conversation))
            : grains.Learn(grains.GetGrain<IConversationGrain>(conversation));

    public static IUserGrain User(this IGrainFactory grains, string userId) =>
        grains.Known<IUserGrain>() is { } names ? names.Reference<IUserGrain>(grains, IdSpan.Create(userId)) : grains.Learn(grains.GetGrain<IUserGrain>(userId));

    /// <param name="device">See <see cref="DeviceKeys"/>.</param>
    public static IDeviceGrain Device(this IGrainFactory grains, string device) =>
        grains.Known<IDeviceGrain>() is { } names ? names.Reference<IDeviceGrain>(grains, IdSpan.Create(device)) : grains.Learn(grains.GetGrain<IDeviceGrain>(device));

    private static Names? Known<T>(this IGrainFactory grains) => Factories.GetOrCreateValue(grains).GetValueOrDefault(typeof(T));

    /// <summary>A factory of a test's may hand out something else than references: it is asked each time.</summary>
    private static T Learn<T>(this IGrainFactory grains, T first)
        where T : IAddressable
    {
        if (first is GrainReference reference)
        {
            Factories.GetOrCreateValue(grains)[typeof(T)] = new Names(reference.GrainId.Type, reference.InterfaceType);
        }

        return first;
    }

    private sealed record Names(GrainType Grain, GrainInterfaceType Interface)
    {
        public T Reference<T>(IGrainFactory grains, IdSpan key) => (T)grains.GetGrain(GrainId.Create(Grain, key), Interface);
    }
}
