using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messenger.EndToEnd.Tests.Fuzz;

/// <summary>Damages payloads of the right shape, one or a few places each: what is checked first does not hide what is checked last.</summary>
public sealed class Damage(Random random)
{
    /// <summary>Half of the largest frame: it arrives, and no field takes it.</summary>
    private const int Oversized = 128 * 1024;

    /// <summary>More than a JSON reader takes.</summary>
    private const int Deep = 200;

    /// <summary>Stands for half a surrogate pair, which no string of ours can hold, and its escape can.</summary>
    private const string Half = "@half@";

    public string Of(JsonObject payload)
    {
        var damaged = (JsonObject)payload.DeepClone();
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            Hit(damaged);
        }

        return damaged.ToJsonString().Replace(Half, "\\ud800", StringComparison.Ordinal);
    }

    private void Hit(JsonObject root)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
        {
            root["more"] = Value(null);
            return;
        }

        var (parent, key) = places[random.Next(places.Count)];
        if (parent is JsonObject members)
        {
            var name = (string)key;
            switch (random.Next(6))
            {
                case 0:
                    members.Remove(name);
                    break;
                case 1:
                    // The same under another name: unknown, and missed.
                    var kept = members[name]?.DeepClone();
                    members.Remove(name);
                    members[random.Next(2) == 0 ? name.ToUpperInvariant() : Half + name] = kept;
                    break;
                default:
                    members[name] = Value(members[name]);
                    break;
            }
        }
        else
        {
            var items = (JsonArray)parent;
            items[(int)key] = Value(items[(int)key]);
            if (random.Next(4) == 0)
            {
                for (var more = random.Next(2000); more > 0; more--)
                {
                    items.Add(items[0]?.DeepClone());
                }
            }
        }
    }

    private JsonNode? Value(JsonNode? before)
    {
        var text = before is JsonValue known && known.GetValueKind() == JsonValueKind.String ? known.GetValue<string>() : "x";
        return random.Next(20) switch
        {
            0 => null,
            1 => JsonValue.Create(true),
            2 => JsonValue.Create(-1),
            3 => JsonValue.Create(long.MaxValue),
            4 => JsonValue.Create(1.5e300),
            5 => new JsonArray(),
            6 => new JsonObject(),
            7 => new JsonArray(before?.DeepClone(), null, before?.DeepClone()),
            8 => new JsonObject { [text] = before?.DeepClone() },
            9 => Nested(),
            10 => JsonValue.Create(""),
            11 => JsonValue.Create(new string('A', random.Next(2) == 0 ? Oversized : random.Next(20_000))),
            12 => JsonValue.Create(text + Half),
            13 => JsonValue.Create("\0\u202e\ufeff\u0085" + text),
            14 => JsonValue.Create(string.Concat(Enumerable.Repeat("\U0001F468\u200d\U0001F469\u0301", random.Next(1, 2000)))),
            15 => JsonValue.Create(text.ToUpperInvariant()),
            16 => JsonValue.Create(text.Length > 0 ? text[..^1] : "="),
            17 => JsonValue.Create(Guid.NewGuid().ToString()),
            18 => JsonValue.Create(Convert.ToBase64String(Bytes(32))),
            _ => JsonValue.Create(random.Next(int.MinValue, int.MaxValue)),
        };
    }

    /// <summary>One to a few characters of a text replaced, dropped or doubled.</summary>
    public string Of(string text)
    {
        var damaged = new StringBuilder(text);
        for (var left = random.Next(1, 4); left > 0 && damaged.Length > 0; left--)
        {
            var at = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged.Remove(at, 1);
                    break;
                case 1:
                    damaged.Insert(at, damaged[at]);
                    break;
                case 2:
                    damaged.Insert(at, random.Next().ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    damaged[at] = (char)random.Next('!', '~');
                    break;
            }
        }

        return damaged.ToString();
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private JsonArray Nested()
    {
        var inner = new JsonArray();
        for (var depth = random.Next(Deep); depth > 0; depth--)
        {
            inner = [inner];
        }

        return inner;
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Below(node, member.Key, member.Value)),
        JsonArray items => items.Take(3).SelectMany((item, at) => Below(node, at, item)),
        _ => [],
    };

    private static IEnumerable<(JsonNode, object)> Below(JsonNode parent, object key, JsonNode? value) =>
        value is null or JsonValue ? [(parent, key)] : Places(value).Prepend((parent, key));
}
