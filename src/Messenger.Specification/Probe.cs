using System.Text.Json.Nodes;

namespace Messenger.Specification;

/// <summary>
/// What a field takes, found out by asking the very check that the server runs on every request: so the document cannot promise what the server refuses.
/// </summary>
public static class Probe
{
    /// <summary>Beyond every limit of the protocol: what takes so much has no limit of its own.</summary>
    private const int Beyond = 1 << 18;

    private const string Uuid = "6921d2fd-e88c-4802-bb70-d7a18770939e";
    private const string UuidPattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
    private const string UserId = "/4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y=";
    private const string SmsToken = "p1VSyoHQY8a";
    private const string Version = "2.10.1";

    /// <summary>Longer than the shortest that anything asks for, and of no format; the least number besides 0 is no greater.</summary>
    private const int Enough = 40;

    /// <summary>Seconds, of which a year is the most that anything takes.</summary>
    private const int Endless = 1 << 28;

    /// <summary>Nine digits at most are in range whatever they are.</summary>
    private const string VersionPattern = @"^[0-9]{1,9}(\.[0-9]{1,9}){0,7}([-+].*)?$";

    /// <summary>Of fields that take some words alone.</summary>
    private static readonly string[] Words = ["normal", "silent", "urgent", "none", "start", "stop"];

    /// <summary>The keywords of a string.</summary>
    /// <param name="takes">Whether a payload with this value of the field is accepted.</param>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Text(Func<JsonNode?, bool> takes)
    {
        if (!takes("?") && takes(new string('?', Enough)))
        {
            return
            [
                new("minLength", Enough - Largest(less => takes(new string('?', Enough - less)), Enough - 1)),
                new("maxLength", Largest(length => length <= Enough || takes(new string('?', length)), Beyond)),
            ];
        }

        if (!takes("?") && takes(Version))
        {
            return [new("pattern", VersionPattern), new("maxLength", Largest(length => length <= Version.Length || takes(Version + new string('-', length - Version.Length)), Beyond))];
        }

        if (!takes("?") && Words.Where(word => takes(word)).ToArray() is { Length: > 0 } words)
        {
            return [new("enum", new JsonArray([.. words.Select(word => JsonValue.Create(word))]))];
        }

        if (!takes("?"))
        {
            var pattern = takes(Uuid) ? UuidPattern
                : takes(UserId) ? "^[A-Za-z0-9+/]{43}=$"
                : takes(SmsToken) ? "^([A-Za-z0-9+/]{11})?$"
                : throw new NotSupportedException("a string has a format that the specification does not know");
            return [new("pattern", pattern)];
        }

        // Base64 is counted decoded: its padding is no part of what it holds.
        var longest = Largest(length => takes(new string('a', length)) || (length > 2 && takes(new string('a', length - 2) + "==")), Beyond);
        return
        [
            .. takes("") ? Array.Empty<KeyValuePair<string, JsonNode?>>() : [new("minLength", 1)],
            .. longest == Beyond ? Array.Empty<KeyValuePair<string, JsonNode?>>() : [new("maxLength", longest)],
        ];
    }

    /// <summary>The keywords of a list, besides those of what it holds.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> List(Func<JsonNode?, bool> takes, JsonNode element)
    {
        const int TooMany = 20_000;
        var longest = Largest(length => takes(new JsonArray([.. Enumerable.Range(0, length).Select(_ => element.DeepClone())])), TooMany);
        return
        [
            .. takes(new JsonArray()) ? Array.Empty<KeyValuePair<string, JsonNode?>>() : [new("minItems", 1)],
            .. longest == TooMany ? Array.Empty<KeyValuePair<string, JsonNode?>>() : [new("maxItems", longest)],
        ];
    }

    /// <summary>The keywords of a number. The protocol's ranges begin at 0 or 1, where they are limited at all; of times 0 is none, and the least comes after a gap.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Number(Func<JsonNode?, bool> takes) =>
        takes(-1) ? []
        : takes(0) && !takes(1) && Enumerable.Range(2, Enough).FirstOrDefault(number => takes(number)) is > 0 and var least
            ? [new("minimum", 0), new("maximum", Largest(number => number <= least || takes(number), Endless)), new("not", new JsonObject { ["minimum"] = 1, ["maximum"] = least - 1 })]
        : [new("minimum", takes(0) ? 0 : 1), new("maximum", Largest(number => takes(number), Beyond))];

    /// <summary>The largest number from 1 on that fits, all smaller ones fitting too.</summary>
    private static int Largest(Func<int, bool> fits, int most)
    {
        var (good, bad) = (1, most + 1);
        while (bad - good > 1)
        {
            var middle = good + ((bad - good) / 2);
            (good, bad) = fits(middle) ? (middle, bad) : (good, middle);
        }

        return good;
    }
}
