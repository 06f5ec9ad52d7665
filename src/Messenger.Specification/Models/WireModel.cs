using System.Text.Json.Nodes;

namespace Messenger.Specification.Models;

/// <summary>Which way a frame goes.</summary>
public enum FrameKind
{
    Request,
    Response,
    Notification,
}

/// <summary>What a field holds.</summary>
public abstract record FieldType
{
    public sealed record Text : FieldType;

    public sealed record Flag : FieldType;

    /// <param name="IsLong">64 bits; else 32.</param>
    public sealed record Number(bool IsLong) : FieldType;

    public sealed record Reference(string Name) : FieldType;

    public sealed record ListOf(FieldType Element) : FieldType;

    /// <summary>Texts by text.</summary>
    public sealed record TextMap : FieldType;
}

/// <param name="MayBeMissing">Null, or not there: to a reader the two are one.</param>
public sealed record ModelField(string Name, FieldType Type, bool MayBeMissing, string Description);

public sealed record ModelRecord(string Name, string Description, IReadOnlyList<ModelField> Fields);

/// <param name="Name">The type of the frame, and of its payload.</param>
public sealed record ModelFrame(string Name, FrameKind Kind);

/// <summary>The records and frames of the protocol, as the writers of models take them: read from the AsyncAPI document, which is written from the protocol's records.</summary>
public sealed record WireModel(IReadOnlyList<ModelRecord> Records, IReadOnlyList<ModelFrame> Frames, IReadOnlyList<string> Statuses)
{
    private const string FrameSuffix = "Frame";
    private const string Status = "AnswerStatus";

    public static WireModel Of(JsonObject document)
    {
        var schemas = document["components"]!["schemas"]!.AsObject();
        var frames = document["components"]!["messages"]!.AsObject().Select(message => message.Key).ToHashSet(StringComparer.Ordinal);
        var records = schemas.Where(schema => schema.Key != Status && !IsFrame(schema.Key, frames)).Select(schema => Record(schema.Key, schema.Value!.AsObject()));
        var requests = Requests(document);
        return new WireModel(
            [.. records],
            [.. frames.Select(name => new ModelFrame(name, KindOf(name, schemas[name + FrameSuffix]!.AsObject(), requests))).OrderBy(frame => frame.Name, StringComparer.Ordinal)],
            [.. schemas[Status]!["enum"]!.AsArray().Select(status => status!.GetValue<string>())]);
    }

    private static bool IsFrame(string schema, HashSet<string> frames) =>
        schema.EndsWith(FrameSuffix, StringComparison.Ordinal) && frames.Contains(schema[..^FrameSuffix.Length]);

    /// <summary>What a client sends: the messages of operations that the server receives.</summary>
    private static HashSet<string> Requests(JsonObject document) => document["operations"]!.AsObject()
        .Where(operation => operation.Value!["action"]!.GetValue<string>() == "receive")
        .SelectMany(operation => operation.Value!["messages"]!.AsArray())
        .Select(reference => reference!["$ref"]!.GetValue<string>().Split('/')[^1])
        .ToHashSet(StringComparer.Ordinal);

    private static FrameKind KindOf(string name, JsonObject frame, HashSet<string> requests) =>
        requests.Contains(name) ? FrameKind.Request : frame["properties"]!.AsObject().ContainsKey("id") ? FrameKind.Response : FrameKind.Notification;

    private static ModelRecord Record(string name, JsonObject schema)
    {
        var required = schema["required"]?.AsArray().Select(one => one!.GetValue<string>()).ToHashSet(StringComparer.Ordinal) ?? [];
        var fields = schema["properties"]!.AsObject().Select(property =>
        {
            var field = property.Value!.AsObject();
            return new ModelField(property.Key, TypeOf(name, property.Key, field), !required.Contains(property.Key), DescriptionOf(field));
        });
        return new ModelRecord(name, DescriptionOf(schema), [.. fields]);
    }

    private static string DescriptionOf(JsonObject schema) => schema["description"]?.GetValue<string>() ?? "";

    private static FieldType TypeOf(string record, string field, JsonObject schema)
    {
        if (schema["$ref"] is { } reference)
        {
            return new FieldType.Reference(reference.GetValue<string>().Split('/')[^1]);
        }

        if (schema["oneOf"] is JsonArray either)
        {
            return TypeOf(record, field, either[0]!.AsObject());
        }

        var type = schema["type"] is JsonArray several ? several[0]!.GetValue<string>() : schema["type"]!.GetValue<string>();
        return type switch
        {
            "string" => new FieldType.Text(),
            "boolean" => new FieldType.Flag(),
            "integer" => new FieldType.Number(schema["format"]?.GetValue<string>() == "int64"),
            "array" => new FieldType.ListOf(TypeOf(record, field, schema["items"]!.AsObject())),
            "object" => new FieldType.TextMap(),
            _ => throw new NotSupportedException($"{record}.{field} is of type {type}, which no writer of models knows"),
        };
    }
}
