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

    /// <summary>The keywords of a string.</summary>
    /// <param name="takes">Whether a payload with this value of the field is accepted.</param>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Text(Func<JsonNode?, bool> takes)
    {
        // Longer than the shortest that anything asks for, and of no format.
        const int Enough = 40;
        if (!takes("?") && takes(new string('?', Enough)))
        {
            return
            [
                new("minLength", Enough - Largest(less => takes(new string('?', Enough - less)), Enough - 1)),
                new("maxLength", Largest(length => length <= Enough || takes(new string('?', length)), Beyond)),
            ];
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

    /// <summary>The keywords of a number. The protocol's ranges begin at 0 or 1, where they are limited at all.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Number(Func<JsonNode?, bool> takes) =>
        takes(-1) ? []
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
