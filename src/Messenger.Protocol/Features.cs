using System.Collections.Concurrent;
using System.Reflection;

namespace Messenger.Protocol;

/// <summary>The extensions of the protocol. A client names those that it understands, and sees nothing of the others.</summary>
/// <remarks>Sent between processes of two releases: a value is never given to something else.</remarks>
[Flags]
public enum Features : long
{
    /// <summary>The seed.</summary>
    None = 0,

    /// <summary>Refusals say in numbers when to come back; pings tell the time.</summary>
    Errors = 1 << 0,

    /// <summary>What changed since.</summary>
    Sync = 1 << 1,

    /// <summary>One's own devices agree.</summary>
    Account = 1 << 2,

    /// <summary>Muted, pinned, archived.</summary>
    Preferences = 1 << 3,

    /// <summary>Silent and urgent messages, signals.</summary>
    Hints = 1 << 4,

    /// <summary>Messages that expire.</summary>
    Expiry = 1 << 5,

    /// <summary>A code by SMS is not the account.</summary>
    Lock = 1 << 6,

    /// <summary>A second device without an SMS.</summary>
    Linking = 1 << 7,

    /// <summary>Relays for calls.</summary>
    Calls = 1 << 8,

    /// <summary>Pushes to browsers.</summary>
    WebPush = 1 << 9,
}

/// <summary>What is none of the seed's: a record, or a member of one.</summary>
/// <param name="feature"><see cref="Features.None"/>: whoever uses it has named it by that.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property)]
public sealed class OfFeatureAttribute(Features feature) : Attribute
{
    public Features Feature => feature;
}

/// <summary>A request that says what its sender understands: for its own answer, and where it logs in, for the session.</summary>
public interface INamesFeatures : IRequest
{
    /// <summary>Names of features; unknown ones are ignored.</summary>
    string[]? Features { get; }
}

/// <summary>What features are called on the wire.</summary>
public static class FeatureNames
{
    /// <summary>Names in one request: more than there will be for a long time.</summary>
    public const int Most = 64;

    /// <summary>Those that this release serves, where its configuration has what they need.</summary>
    public const Features Served = Features.Errors | Features.Sync | Features.Account | Features.Preferences | Features.Hints | Features.Expiry | Features.Lock | Features.Linking | Features.Calls | Features.WebPush;

    private static readonly (string Name, Features Feature)[] Known =
    [
        ("errors", Features.Errors), ("sync", Features.Sync), ("account", Features.Account), ("preferences", Features.Preferences),
        ("hints", Features.Hints), ("expiry", Features.Expiry), ("lock", Features.Lock), ("linking", Features.Linking),
        ("calls", Features.Calls), ("web-push", Features.WebPush),
    ];

    private static readonly ConcurrentDictionary<Type, Features> Records = new();

    /// <summary>The names of a set, in the order of their introduction.</summary>
    public static string[] Of(Features features) => [.. Known.Where(known => (features & known.Feature) != 0).Select(known => known.Name)];

    /// <summary>The set of these names; unknown ones are ignored.</summary>
    public static Features Parse(IEnumerable<string?>? names)
    {
        var features = Features.None;
        foreach (var name in names ?? [])
        {
            foreach (var known in Known)
            {
                features |= known.Name == name ? known.Feature : Features.None;
            }
        }

        return features;
    }

    /// <summary>To which feature a record belongs; none for the seed's.</summary>
    public static Features Of(Type record) =>
        Records.GetOrAdd(record, static type => type.GetCustomAttribute<OfFeatureAttribute>()?.Feature ?? Features.None);

    internal static string? Fault(string[]? names)
    {
        if (names is { Length: > Most })
        {
            return $"features takes at most {Most} names, and has {names.Length}";
        }

        foreach (var name in names ?? [])
        {
            if ((name is null ? Shape.Missing("a name in features") : Shape.OptionalText(name, "a name in features", Limits.Label)) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }
}
