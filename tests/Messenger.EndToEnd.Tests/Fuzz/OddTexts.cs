using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Messenger.EndToEnd.Tests.Fuzz;

/// <summary>
/// JSON values that two stores may take differently: all of Unicode, what is no text at all, lengths one beside a limit, odd uuids and Base64,
/// numbers that no column has room for. As JSON text, because half a surrogate pair can be written as an escape only.
/// </summary>
internal sealed class OddTexts(Random random)
{
    /// <summary>Lengths at which something of the protocol ends.</summary>
    private static readonly int[] Ends = [1, 11, 16, 22, 32, 36, 44, 64, 128, 1024, 2048, 4096, 8192, 16_384, 65_536, 87_384];

    /// <summary>Boundaries of the planes, of UTF-8's lengths, and characters that databases, JSON and terminals are known to treat on their own.</summary>
    private static readonly int[] Known =
    [
        0, 1, 8, 9, 10, 13, 27, 0x1F, 0x20, 0x22, 0x27, 0x5C, 0x7F, 0x80, 0x85, 0xA0, 0xAD, 0x7FF, 0x800, 0x2028, 0x202E, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD,
        0xFFFE, 0xFFFF, 0x10000, 0x1F468, 0xE0001, 0xFFFFF, 0x10FFFF,
    ];

    /// <summary>A payload with one to three of its values replaced.</summary>
    public string Of(JsonObject payload)
    {
        var odd = (JsonObject)payload.DeepClone();
        var inserted = new Dictionary<string, string>();
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            var places = Places(odd).ToList();
            if (places.Count == 0)
            {
                break;
            }

            var (parent, key) = places[random.Next(places.Count)];
            var mark = $"@{inserted.Count}@";
            var before = parent is JsonObject members ? members[(string)key] : ((JsonArray)parent)[(int)key];
            inserted[mark] = Value(before?.GetValueKind() == System.Text.Json.JsonValueKind.String ? before.GetValue<string>() : null);
            if (parent is JsonObject into)
            {
                into[(string)key] = mark;
            }
            else
            {
                ((JsonArray)parent)[(int)key] = mark;
            }
        }

        var text = new StringBuilder(odd.ToJsonString());
        foreach (var (mark, value) in inserted)
        {
            text.Replace($"\"{mark}\"", value);
        }

        return text.ToString();
    }

    /// <summary>A file's name, as it goes by HTTP: a text, if an odd one.</summary>
    public string Name() => random.Next(4) switch
    {
        0 => new string((char)random.Next(0x400, 0x2000), random.Next(1, 1026)),
        1 => "a\0b",
        2 => string.Concat(Enumerable.Range(0, 20).Select(_ => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)))),
        _ => string.Concat(Enumerable.Range(0, 20).Select(_ => (char)random.Next(0x20, 0x250))),
    };

    private string Value(string? before) => random.Next(12) switch
    {
        0 => Number(),
        1 => Quoted(Uuid(before)),
        2 => Quoted(Base64()),
        3 => Quoted(new string((char)random.Next('0', 'z'), Length()).Replace('\\', '/')),
        4 => Quoted(string.Concat(Enumerable.Repeat("\\ud83d\\ude00", Math.Clamp(Length() / 2, 1, 8192)))),
        5 => Quoted(before is null ? "" : Escaped(before) + Character()),
        6 => Quoted(before is null ? "" : Escaped(before)[..Math.Min(Escaped(before).Length, 1)] + "\\u0000"),
        _ => Quoted(string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => Character()))),
    };

    /// <summary>One character as an escape; sometimes half of one.</summary>
    private string Character()
    {
        var code = random.Next(10) switch
        {
            0 => random.Next(0xD800, 0xE000),
            < 5 => Known[random.Next(Known.Length)],
            < 8 => random.Next(0x20, 0x250),
            _ => random.Next(0x110000),
        };
        var units = code is >= 0xD800 and < 0xE000 ? ((char)code).ToString() : char.ConvertFromUtf32(code);

        // NUL is one of the many: not in every frame.
        return code == 0 && random.Next(3) > 0 ? "\\u0001" : string.Concat(units.Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}")));
    }

    private int Length() => Math.Max(0, Ends[random.Next(Ends.Length)] + random.Next(-1, 2));

    private string Number() => random.Next(9) switch
    {
        0 => "1e400",
        1 => "-0",
        2 => "9223372036854775807",
        3 => "9223372036854775808",
        4 => "-9223372036854775808",
        5 => "2147483648",
        6 => new string('9', 400),
        7 => "1.0",
        _ => random.Next(-2, 102).ToString(CultureInfo.InvariantCulture),
    };

    private string Uuid(string? before)
    {
        var uuid = Guid.TryParse(before, out var known) ? known : Guid.NewGuid();
        return random.Next(8) switch
        {
            0 => uuid.ToString("N"),
            1 => uuid.ToString("B"),
            2 => uuid.ToString().ToUpperInvariant(),
            3 => " " + uuid,
            4 => uuid + "\\u0000",
            5 => Guid.Empty.ToString(),
            6 => uuid.ToString()[..35] + "\\u0660",
            _ => uuid.ToString("X").Replace("\"", "", StringComparison.Ordinal),
        };
    }

    private string Base64()
    {
        var bytes = new byte[random.Next(0, 100)];
        random.NextBytes(bytes);
        var text = Convert.ToBase64String(bytes);
        return random.Next(6) switch
        {
            0 => text.TrimEnd('='),
            1 => text.Replace('+', '-').Replace('/', '_'),
            2 => text + "=",
            3 => text.Length > 4 ? text[..4] + "\\n" + text[4..] : text,
            4 => "====",
            _ => text,
        };
    }

    private static string Escaped(string text) => System.Text.Json.JsonEncodedText.Encode(text).ToString();

    private static string Quoted(string inside) => $"\"{inside}\"";

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node) => node switch
    {
        JsonObject members => members.ToList().SelectMany(member => Here(members, member.Key, member.Value)),
        JsonArray items => Enumerable.Range(0, items.Count).SelectMany(at => Here(items, at, items[at])),
        _ => [],
    };

    private static IEnumerable<(JsonNode Parent, object Key)> Here(JsonNode parent, object key, JsonNode? value) =>
        [(parent, key), .. value is null ? [] : Places(value)];
}
