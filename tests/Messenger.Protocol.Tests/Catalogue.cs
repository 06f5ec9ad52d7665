using System.Text.Json;

namespace Messenger.Protocol.Tests;

/// <summary>What a payload is: a request, an answer to one, a notification.</summary>
public enum PayloadKind
{
    Request,
    Response,
    Notification,
}

/// <summary>One example of the seed, with the names of its field table.</summary>
/// <param name="Place">Where it stands: two examples of one type are two cases.</param>
public sealed record CatalogueEntry(PayloadKind Kind, string Type, string Place, JsonElement Example, IReadOnlyList<string> Fields)
{
    public override string ToString() => Place;

    /// <summary>Every member name of the example, at any depth.</summary>
    public IEnumerable<string> ExampleNames() => NamesOf(Example);

    private static IEnumerable<string> NamesOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => NamesOf(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(NamesOf),
        _ => [],
    };
}

/// <summary>The seed of the protocol, machine-readable: what the records are held against.</summary>
public static class Catalogue
{
    public static IReadOnlyList<CatalogueEntry> Entries { get; } = Load();

    public static TheoryData<CatalogueEntry> All() => new(Entries);

    public static TheoryData<CatalogueEntry> Requests() => new(Of(PayloadKind.Request));

    public static IEnumerable<CatalogueEntry> Of(PayloadKind kind) => Entries.Where(entry => entry.Kind == kind);

    /// <summary>The record with this wire name.</summary>
    public static Type RecordOf(string type) =>
        typeof(IRequest).Assembly.GetType($"Messenger.Protocol.{type}") ?? throw new InvalidOperationException($"no record is called {type}");

    private static List<CatalogueEntry> Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "catalogue.json")));
        var root = document.RootElement.Clone();
        var entries = new List<CatalogueEntry>();
        var place = 0;
        foreach (var exchange in root.GetProperty("exchanges").EnumerateArray())
        {
            place++;
            var request = exchange.GetProperty("request").GetString()!;
            entries.Add(new(PayloadKind.Request, request, $"{place}: {request}", exchange.GetProperty("requestExample"), Names(exchange, "requestFields")));
            var response = exchange.GetProperty("response").GetString()!;
            entries.Add(new(
                PayloadKind.Response, response, $"{place}: {response} to {request}", exchange.GetProperty("responseExample"), Names(exchange, "responseFields")));
        }

        foreach (var notification in root.GetProperty("notifications").EnumerateArray())
        {
            place++;
            var name = notification.GetProperty("notification").GetString()!;
            entries.Add(new(PayloadKind.Notification, name, $"{place}: {name}", notification.GetProperty("example"), Names(notification, "fields")));
        }

        return entries;
    }

    private static List<string> Names(JsonElement parent, string table) =>
        [.. parent.GetProperty(table).EnumerateArray().Where(row => row.TryGetProperty("name", out _)).Select(row => row.GetProperty("name").GetString()!)];
}
