using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messenger.Providers.Transfer;

/// <summary>A row as a JSON array of null, text, whole numbers and booleans.</summary>
[JsonSerializable(typeof(object[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(bool))]
internal sealed partial class Values : JsonSerializerContext
{
    public static object?[] Row(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        return [.. document.RootElement.EnumerateArray().Select(Value)];
    }

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.GetInt64(),
        JsonValueKind.String => element.GetString(),
        _ => throw new JsonException("a row holds no objects and no lists"),
    };
}
