using System.Reflection;
using Messenger.Contracts;
using Messenger.Grains.Conversations;
using Messenger.Grains.Devices;
using Messenger.Grains.Users;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Simulation.Cluster;

/// <summary>Which actors there are, and how a reference names one.</summary>
internal static class Kinds
{
    public static readonly GrainType Conversation = GrainType.Create("conversation");
    public static readonly GrainType User = GrainType.Create("user");
    public static readonly GrainType Device = GrainType.Create("device");

    public static GrainType Of(Type face) =>
        face == typeof(IConversationGrain) ? Conversation
        : face == typeof(IDeviceGrain) ? Device
        : face.Name.StartsWith("IUser", StringComparison.Ordinal) ? User
        : throw new NotSupportedException($"{face} is not simulated");

    public static Type Class(GrainType type) =>
        type == Conversation ? typeof(ConversationGrain) : type == Device ? typeof(DeviceGrain) : typeof(UserGrain);
}

/// <summary>References to grains, as one silo makes them.</summary>
internal sealed class Factory(Silo silo) : IGrainFactory
{
    private readonly Dictionary<(Type, IdSpan), object> _known = [];

    public T GetGrain<T>(Guid primaryKey, string? grainClassNamePrefix = null)
        where T : IGrainWithGuidKey => Reference<T>(GrainIdKeyExtensions.CreateGuidKey(primaryKey));

    public T GetGrain<T>(string primaryKey, string? grainClassNamePrefix = null)
        where T : IGrainWithStringKey => Reference<T>(IdSpan.Create(primaryKey));

    public T GetGrain<T>(long primaryKey, string? grainClassNamePrefix = null)
        where T : IGrainWithIntegerKey => throw new NotSupportedException();

    public T GetGrain<T>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where T : IGrainWithGuidCompoundKey => throw new NotSupportedException();

    public T GetGrain<T>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where T : IGrainWithIntegerCompoundKey => throw new NotSupportedException();

    public T CreateObjectReference<T>(IGrainObserver obj)
        where T : IGrainObserver => throw new NotSupportedException();

    public void DeleteObjectReference<T>(IGrainObserver obj)
        where T : IGrainObserver => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    public T GetGrain<T>(GrainId grainId)
        where T : IAddressable => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId) => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    private T Reference<T>(IdSpan key)
    {
        if (!_known.TryGetValue((typeof(T), key), out var known))
        {
            known = DispatchProxy.Create<T, Reference>()!;
            ((Reference)known).Set(silo, GrainId.Create(Kinds.Of(typeof(T)), key));
            _known[(typeof(T), key)] = known;
        }

        return (T)known;
    }
}

/// <summary>A reference: every call goes through the silo that made it.</summary>
public class Reference : DispatchProxy
{
    private Silo _silo = null!;
    private GrainId _target;

    internal void Set(Silo silo, GrainId target) => (_silo, _target) = (silo, target);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _silo.Call(Plan.Of(targetMethod!), _target, args ?? []);
}
