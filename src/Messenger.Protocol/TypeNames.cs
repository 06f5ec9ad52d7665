using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messenger.Protocol;

/// <summary>Gives a known type name without allocating it anew for each frame.</summary>
internal static class TypeNames
{
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Known =
        typeof(WireJson).GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => ((Type)attribute.ConstructorArguments[0].Value!).Name)
            .ToFrozenDictionary(name => name, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The reader stands on a string of at most <see cref="Limits.Label"/> bytes.</summary>
    public static string Intern(ref Utf8JsonReader reader)
    {
        Span<char> buffer = stackalloc char[Limits.Label];
        var name = buffer[..reader.CopyString(buffer)];
        return Known.TryGetValue(name, out var known) ? known : name.ToString();
    }
}
