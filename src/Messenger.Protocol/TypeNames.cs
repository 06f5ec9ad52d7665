using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Messenger.Protocol;

/// <summary>The types of the protocol by their names on the wire.</summary>
public static class TypeNames
{
    private static readonly FrozenDictionary<string, Type> Types =
        typeof(WireJson).GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Type>.AlternateLookup<ReadOnlySpan<char>> Known = Types.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How a payload of this type is read; null for a type that is none of the protocol's.</summary>
    public static JsonTypeInfo? Find(string name) =>
        Types.TryGetValue(name, out var type) ? WireJson.Default.GetTypeInfo(type) : null;

    /// <summary>The name that the reader stands on (at most <see cref="Limits.Label"/> bytes); a known one is not allocated anew for each frame.</summary>
    internal static string Intern(ref Utf8JsonReader reader)
    {
        Span<char> buffer = stackalloc char[Limits.Label];
        var name = buffer[..reader.CopyString(buffer)];
        return Known.TryGetValue(name, out var known) ? known.Name : name.ToString();
    }
}
