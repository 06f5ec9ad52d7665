using System.Text;
using System.Text.Json;

namespace Messenger.Protocol;

/// <summary>
/// JSON whose strings every store takes. They may hold anything but the two things that a store could refuse or change: the character U+0000
/// (PostgreSQL's text has no room for it) and half of a surrogate pair (no UTF-8 can say it).
/// </summary>
public static class StorableJson
{
    private const int HexDigits = 4;

    /// <summary>Null, or a sentence that names the first string of a JSON text which is not storable: a value, or a member's name.</summary>
    /// <remarks>
    /// In JSON both can be written as an escape only: without one that is suspicious this is one pass for a backslash. What is not JSON is
    /// nobody's fault here; its reader says so.
    /// </remarks>
    public static string? Fault(ReadOnlySpan<byte> json) => IsSuspicious(json) ? Find(json) : null;

    private static bool IsSuspicious(ReadOnlySpan<byte> json)
    {
        for (var at = json.IndexOf("\\u"u8); at >= 0; at = json.IndexOf("\\u"u8))
        {
            json = json[(at + 2)..];
            if (Unit(json) is 0 or (>= 0xD800 and <= 0xDFFF))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = WireJson.MaxDepth });
        var members = new Stack<string>();
        string? member = null;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        members.Push(member ?? "");
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        member = members.Pop();
                        break;
                    case JsonTokenType.PropertyName or JsonTokenType.String when reader.ValueIsEscaped && Damage(reader.ValueSpan) is { } damage:
                        var path = reader.TokenType == JsonTokenType.PropertyName
                            ? "the name of a member"
                            : string.Join('.', members.Reverse().Append(member ?? "").Where(name => name.Length > 0).Distinct());
                        return $"{(path.Length == 0 ? "a string" : path)} must not hold {damage}";
                    case JsonTokenType.PropertyName:
                        member = Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, Limits.Label)]);
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // Its reader says what it is.
        }

        return null;
    }

    /// <summary>What is wrong with the inside of a JSON string, its escapes as they stand there.</summary>
    private static string? Damage(ReadOnlySpan<byte> escaped)
    {
        const string half = "an unpaired surrogate";
        for (var at = escaped.IndexOf((byte)'\\'); at >= 0; at = escaped.IndexOf((byte)'\\'))
        {
            escaped = escaped[(at + 1)..];
            if (escaped[0] != 'u')
            {
                escaped = escaped[1..];
                continue;
            }

            var unit = Unit(escaped[1..]);
            escaped = escaped[(1 + HexDigits)..];
            switch (unit)
            {
                case 0:
                    return "the character U+0000";
                case >= 0xDC00 and <= 0xDFFF:
                    return half;
                case >= 0xD800 and <= 0xDBFF:
                    if (!escaped.StartsWith("\\u"u8) || Unit(escaped[2..]) is not (>= 0xDC00 and <= 0xDFFF))
                    {
                        return half;
                    }

                    escaped = escaped[(2 + HexDigits)..];
                    break;
            }
        }

        return null;
    }

    /// <summary>The code unit of an escape; -1 where there is none.</summary>
    private static int Unit(ReadOnlySpan<byte> digits)
    {
        if (digits.Length < HexDigits)
        {
            return -1;
        }

        var unit = 0;
        foreach (var digit in digits[..HexDigits])
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                return -1;
            }

            unit = (unit << 4) | value;
        }

        return unit;
    }
}
