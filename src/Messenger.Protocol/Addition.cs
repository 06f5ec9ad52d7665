using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Orleans;

namespace Messenger.Protocol;

/// <summary>A member that a payload has for sessions which named its feature, kept beside the payload: who named nothing pays nothing.</summary>
/// <param name="At">Where in the payload it goes: before this byte.</param>
/// <param name="Json">A comma, the name, a colon, the value: never the first member of its object.</param>
[GenerateSerializer, Immutable]
public readonly record struct Addition(Features Feature, int At, byte[] Json)
{
    /// <summary>A member that ends the innermost object of a payload whose last members are objects.</summary>
    /// <param name="depth">1 for the payload itself, 2 for an object that is its last member, and so on.</param>
    public static Addition Last(Features feature, byte[] payload, int depth, string name, object? value)
    {
        var json = new ArrayBufferWriter<byte>();
        json.Write(",\""u8);
        json.Write(Encoding.UTF8.GetBytes(name));
        json.Write("\":"u8);
        using var writer = new Utf8JsonWriter(json, WireJson.Writer);
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            default:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }

        writer.Flush();
        return new Addition(feature, payload.Length - depth, json.WrittenSpan.ToArray());
    }

    /// <summary>The payload as a session gets it that named these features.</summary>
    public static ReadOnlySpan<byte> Merge(byte[] payload, Addition[]? additions, Features features)
    {
        if (additions is null || features == Features.None)
        {
            return payload;
        }

        var wanted = additions.Where(addition => (addition.Feature & features) != 0).OrderBy(addition => addition.At).ToList();
        if (wanted.Count == 0)
        {
            return payload;
        }

        var merged = new byte[payload.Length + wanted.Sum(addition => addition.Json.Length)];
        var (read, written) = (0, 0);
        foreach (var addition in wanted)
        {
            payload.AsSpan(read, addition.At - read).CopyTo(merged.AsSpan(written));
            written += addition.At - read;
            read = addition.At;
            addition.Json.CopyTo(merged, written);
            written += addition.Json.Length;
        }

        payload.AsSpan(read).CopyTo(merged.AsSpan(written));
        return merged;
    }
}
