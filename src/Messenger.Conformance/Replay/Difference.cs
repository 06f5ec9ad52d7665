using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messenger.Conformance.Replay;

/// <summary>Something that is otherwise than in the transcript.</summary>
/// <param name="Line">Of the transcript; null for what it does not have.</param>
/// <param name="Place">Such as <c>payload.message.created</c>; empty for the frame as a whole.</param>
public sealed record Difference(int? Line, string Side, string Place, string Expected, string Actual);

/// <summary>Compares a frame with what is expected. Times, cursors, descriptions, versions and URLs may differ.</summary>
internal static class Comparison
{
    private const double ATime = 1_000_000_000_000;

    private static readonly HashSet<string> Free = ["cursor", "description", "serverVersion"];

    public static IEnumerable<(string Place, string Expected, string Actual)> Of(JsonNode? expected, JsonNode? actual, string place = "", string name = "")
    {
        if (Free.Contains(name) || AreTimes(expected, actual) || AreUrls(expected, actual))
        {
            return [];
        }

        return (expected, actual) switch
        {
            (JsonObject one, JsonObject other) => one.Select(field => field.Key).Union(other.Select(field => field.Key)).SelectMany(key =>
                !one.ContainsKey(key) ? [(Join(place, key), "nothing", Show(other[key]))]
                : !other.ContainsKey(key) ? [(Join(place, key), Show(one[key]), "nothing")]
                : Of(one[key], other[key], Join(place, key), key)),
            (JsonArray one, JsonArray other) when one.Count != other.Count => [(place, $"{one.Count} items", $"{other.Count} items")],
            (JsonArray one, JsonArray other) => one.Zip(other).SelectMany((pair, at) => Of(pair.First, pair.Second, $"{place}[{at}]")),
            _ => JsonNode.DeepEquals(expected, actual) ? [] : [(place, Show(expected), Show(actual))],
        };
    }

    public static string Show(JsonNode? node)
    {
        const int Shown = 120;
        var text = node?.ToJsonString() ?? "null";
        return text.Length <= Shown ? text : text[..Shown] + "...";
    }

    private static string Join(string place, string key) => place.Length == 0 ? key : $"{place}.{key}";

    private static bool AreTimes(JsonNode? one, JsonNode? other) =>
        one?.GetValueKind() == JsonValueKind.Number && other?.GetValueKind() == JsonValueKind.Number && one.GetValue<double>() > ATime && other.GetValue<double>() > ATime;

    private static bool AreUrls(JsonNode? one, JsonNode? other) => IsUrl(one) && IsUrl(other);

    private static bool IsUrl(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String && Uri.TryCreate(node.GetValue<string>(), UriKind.Absolute, out var url) && url.Scheme is ("http" or "https" or "ws" or "wss");
}
