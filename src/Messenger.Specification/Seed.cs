using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messenger.Specification;

/// <summary>An example of a payload.</summary>
public sealed record Example(string Type, JsonObject Payload);

/// <summary>The examples that the protocol was seeded with, and which answer belongs to which request.</summary>
public sealed class Seed
{
    private Seed(IReadOnlyList<(Example Request, Example Response)> exchanges, IReadOnlyList<Example> notifications) =>
        (Exchanges, Notifications) = (exchanges, notifications);

    public IReadOnlyList<(Example Request, Example Response)> Exchanges { get; }

    public IReadOnlyList<Example> Notifications { get; }

    public IEnumerable<Example> All => Exchanges.SelectMany(exchange => new[] { exchange.Request, exchange.Response }).Concat(Notifications);

    public static Seed Read(string file)
    {
        var root = JsonNode.Parse(File.ReadAllText(file))!;
        return new Seed(
            [.. root["exchanges"]!.AsArray().Select(exchange => (Of(exchange!, "request", "requestExample"), Of(exchange!, "response", "responseExample")))],
            [.. root["notifications"]!.AsArray().Select(notification => Of(notification!, "notification", "example"))]);
    }

    private static Example Of(JsonNode row, string name, string example) =>
        new(row[name]!.GetValue<string>(), row[example]!.DeepClone().AsObject());
}
