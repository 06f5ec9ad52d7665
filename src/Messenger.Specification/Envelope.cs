using System.Text.Json.Nodes;
using Messenger.Protocol;

namespace Messenger.Specification;

/// <summary>The envelope: what a frame of each kind is around its payload.</summary>
public static class Envelope
{
    private const string ExampleId = "17";
    private const string ExampleCursor = "5a31-9";

    public static JsonObject Request(string type) => Frame(type, ["type", "payload"], new JsonObject
    {
        ["id"] = Id("The client's own, a string of at most 64 characters or a number. It is echoed as it came; left out, so is the answer's."),
    });

    public static JsonObject Answer(string type) => Frame(type, ["type", "payload"], new JsonObject
    {
        ["id"] = Id("The request's id as it came; missing where the request had none."),
    });

    public static JsonObject Notification(string type) => type is nameof(NotificationTyping) or nameof(NotificationSignal)
        ? Frame(type, ["type", "payload"], [])
        : Frame(type, ["type", "cursor", "payload"], new JsonObject
        {
            ["cursor"] = new JsonObject { ["type"] = "string", ["description"] = "Where to resume after it: keep the last one that was worked on." },
        });

    public static JsonObject RequestExample(Example example) => Example(example, "id", ExampleId);

    public static JsonObject AnswerExample(Example example) => Example(example, "id", ExampleId);

    public static JsonObject NotificationExample(Example example) =>
        example.Type is nameof(NotificationTyping) or nameof(NotificationSignal) ? Example(example, null, null) : Example(example, "cursor", ExampleCursor);

    private static JsonObject Frame(string type, string[] required, JsonObject members)
    {
        var properties = new JsonObject
        {
            ["type"] = new JsonObject { ["type"] = "string", ["const"] = type, ["description"] = "What the payload is." },
        };
        foreach (var (name, schema) in members)
        {
            properties[name] = schema!.DeepClone();
        }

        properties["payload"] = new JsonObject { ["$ref"] = $"#/components/schemas/{type}" };
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = $"A frame that carries {type}.",
            ["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]),
            ["properties"] = properties,
        };
    }

    private static JsonObject Id(string description) => new()
    {
        ["type"] = new JsonArray("string", "number"),
        ["maxLength"] = Limits.EnvelopeId,
        ["description"] = description,
    };

    private static JsonObject Example(Example example, string? member, string? value)
    {
        var frame = new JsonObject { ["type"] = example.Type };
        if (member is not null)
        {
            frame[member] = value;
        }

        frame["payload"] = example.Payload.DeepClone();
        return frame;
    }
}
