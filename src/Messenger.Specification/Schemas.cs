using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Messenger.Protocol;

namespace Messenger.Specification;

/// <summary>JSON Schemas of the protocol's records, by name; each record that another one holds gets its own.</summary>
/// <remarks>
/// Required is what is never null. The server writes its nulls, but a reader takes a missing field for one, and so do most generators of models:
/// to them "required" means "not null".
/// </remarks>
public sealed class Schemas(Docstrings docs)
{
    private readonly SortedDictionary<string, JsonObject> _made = new(StringComparer.Ordinal);
    private readonly NullabilityInfoContext _nullability = new();

    public IReadOnlyDictionary<string, JsonObject> All => _made;

    /// <summary>The schema of a payload; its limits are probed with the example.</summary>
    public void Add(Type record, JsonObject example)
    {
        if (_made.ContainsKey(record.Name))
        {
            return;
        }

        var schema = new JsonObject { ["type"] = "object" };
        _made[record.Name] = schema;
        schema["description"] = docs.Summary(record);
        var (required, properties) = (new JsonArray(), new JsonObject());
        foreach (var property in Info(record).Properties)
        {
            var member = (PropertyInfo)property.AttributeProvider!;
            var optional = property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Optional<>);
            var leftOut = member.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition is JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault;
            var isNull = optional || (_nullability.Create(member).ReadState == NullabilityState.Nullable && !leftOut);
            if (!leftOut && !isNull)
            {
                required.Add(property.Name);
            }

            var field = Of(optional ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType, isNull, Asker(record, example, property.Name), example[property.Name]);
            Describe(field, docs.Parameter(record, member.Name) ?? Vocabulary.Of(record.Name, property.Name));
            if (member.GetCustomAttribute<OfFeatureAttribute>() is { } of && FeatureNames.Of(of.Feature) is [var feature])
            {
                field["x-feature"] = feature;
            }

            properties[property.Name] = field;
        }

        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["properties"] = properties;
    }

    private JsonObject Of(Type type, bool isNull, Func<JsonNode?, bool>? takes, JsonNode? example)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return Typed("string", isNull, takes is null ? [] : Probe.Text(takes));
        }

        if (type == typeof(bool))
        {
            return Typed("boolean", isNull);
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Typed("integer", isNull, [new("format", type == typeof(int) ? "int32" : "int64"), .. takes is null ? [] : Probe.Number(takes)]);
        }

        if (type.IsArray)
        {
            var element = example is JsonArray { Count: > 0 } array ? array[0] : null;
            var items = Of(type.GetElementType()!, false, takes is null ? null : value => takes(new JsonArray(value?.DeepClone())), element);
            return Typed("array", isNull, [new("items", items), .. takes is null || element is null ? [] : Probe.List(takes, element)]);
        }

        if (type == typeof(Dictionary<string, string>))
        {
            var person = example is JsonObject { Count: > 0 } map ? map.First().Key : null;
            var values = Of(typeof(string), false, takes is null || person is null ? null : value => takes(new JsonObject { [person] = value?.DeepClone() }), null);
            return Typed("object", isNull, [new("additionalProperties", values)]);
        }

        Add(type, example as JsonObject ?? []);
        var reference = new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" };
        return isNull ? new JsonObject { ["oneOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) } : reference;
    }

    private static JsonObject Typed(string type, bool isNull, IEnumerable<KeyValuePair<string, JsonNode?>>? keywords = null) =>
        new([new("type", isNull ? new JsonArray(type, "null") : JsonValue.Create(type)), .. keywords ?? []]);

    /// <summary>Beside a <c>$ref</c> readers ignore everything: the referred schema describes itself.</summary>
    private static void Describe(JsonObject field, string? description)
    {
        if (!field.ContainsKey("$ref"))
        {
            field["description"] = description ?? throw new InvalidOperationException($"nothing describes {field.GetPath()}: {field.ToJsonString()}");
        }
    }

    /// <summary>Whether records of this type are checked when they come in.</summary>
    private static bool Checks(Type record) => record.GetMethod(nameof(IRequest.Fault)) is not null;

    /// <summary>Null for what the server sends: nothing limits it.</summary>
    private static Func<JsonNode?, bool>? Asker(Type record, JsonObject example, string field) => !Checks(record) ? null : value =>
    {
        var changed = example.DeepClone().AsObject();
        changed[field] = value?.DeepClone();
        var read = changed.Deserialize(Info(record))!;
        return record.GetMethod(nameof(IRequest.Fault))!.Invoke(read, null) is null;
    };

    private static JsonTypeInfo Info(Type record) => WireJson.Default.GetTypeInfo(record) ?? throw new InvalidOperationException($"WireJson does not know {record}");
}
