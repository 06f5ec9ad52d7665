using System.Text.Json;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>
/// What the seed says a payload looks like: the names of its example, their types, and which may be null.
/// Built from the catalogue alone, so that it shares no mistake with the server's own records.
/// </summary>
public sealed class WireShape
{
    /// <summary>Objects whose member names are data.</summary>
    private static readonly HashSet<string> Maps = ["publicKeys", "nicks"];

    /// <summary>In a field table of the seed, and missing in the example beside it.</summary>
    private static readonly HashSet<string> MayBeMissing = ["signerUserId"];

    /// <summary>What may be null here although the seed happens to show a value: optional in the request it comes from, or configuration.</summary>
    private static readonly HashSet<string> MayBeNull =
    [
        "userNick", "nick", "title", "androidUrl", "supportId", "adminId", "logo", "sound", "osVersion", "vendor", "model", "deviceToken",
        "duration", "mimeType", "description", "requestType", "publicKeyBase64", "keyPairUuid", "signerUserId", "signerKeyPairUuid",
        "lastMessage", "sessionKey", "contactIdEncrypted", "eventType", "eventUserId", "ivBase64", "bodyEncryptedBase64",
    ];

    private static readonly Dictionary<string, WireShape> Shapes = Load();

    private static readonly Extensions Additions = Extensions.Load();

    private readonly HashSet<JsonValueKind> _kinds = [];
    private readonly Dictionary<string, WireShape> _members = new(StringComparer.Ordinal);
    private WireShape? _element;
    private bool _isMap;

    /// <summary>Types of answers and notifications that the seed knows.</summary>
    public static IReadOnlyCollection<string> Known => Shapes.Keys;

    /// <summary>What is wrong with this payload; null if nothing is.</summary>
    /// <param name="named">The features that its reader named: a member or type of another one is wrong.</param>
    public static string? FaultIn(string type, JsonElement payload, IReadOnlyCollection<string>? named = null) =>
        Shapes.TryGetValue(type, out var shape) ? shape.Fault(payload, type, named ?? [])
        : Additions.Allows(type, named ?? []) ? null
        : $"{type} is no answer and no notification that this client can understand";

    private string? Fault(JsonElement value, string at, IReadOnlyCollection<string> named)
    {
        var kind = value.ValueKind == JsonValueKind.False ? JsonValueKind.True : value.ValueKind;
        if (!_kinds.Contains(kind))
        {
            return $"{at} is {value.ValueKind}, and the seed has {string.Join(" or ", _kinds)}";
        }

        if (kind == JsonValueKind.Array && _element is not null)
        {
            return value.EnumerateArray().Select(item => _element.Fault(item, $"{at}[]", named)).FirstOrDefault(fault => fault is not null);
        }

        if (kind != JsonValueKind.Object)
        {
            return null;
        }

        if (_isMap)
        {
            return value.EnumerateObject().Any(member => member.Value.ValueKind != JsonValueKind.String) ? $"{at} holds more than strings" : null;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!_members.TryGetValue(member.Name, out var shape))
            {
                if (Additions.AllowsMember(member.Name, named))
                {
                    continue;
                }

                return $"{at}.{member.Name} is no field of the seed";
            }

            if (shape.Fault(member.Value, $"{at}.{member.Name}", named) is { } fault)
            {
                return fault;
            }
        }

        return _members.Keys
            .Where(name => !MayBeMissing.Contains(name) && !value.TryGetProperty(name, out _))
            .Select(name => $"{at}.{name} is missing").FirstOrDefault();
    }

    private void Learn(JsonElement example, string name, HashSet<string> nullable)
    {
        _kinds.Add(example.ValueKind == JsonValueKind.False ? JsonValueKind.True : example.ValueKind);
        if (nullable.Contains(name) || MayBeNull.Contains(name))
        {
            _kinds.Add(JsonValueKind.Null);
        }

        switch (example.ValueKind)
        {
            case JsonValueKind.Null:
                // The seed gives no type but in its table: text everywhere but for a file's duration.
                _kinds.Add(name == "duration" ? JsonValueKind.Number : JsonValueKind.String);
                break;
            case JsonValueKind.Array:
                _element ??= new WireShape();
                foreach (var item in example.EnumerateArray())
                {
                    _element.Learn(item, string.Empty, nullable);
                }

                if (_element._kinds.Count == 0)
                {
                    // Lists that the seed shows empty are lists of ids.
                    _element._kinds.Add(JsonValueKind.String);
                }

                break;
            case JsonValueKind.Object:
                _isMap = Maps.Contains(name);
                foreach (var member in example.EnumerateObject().Where(_ => !_isMap))
                {
                    _members.TryAdd(member.Name, new WireShape());
                    _members[member.Name].Learn(member.Value, member.Name, nullable);
                }

                break;
            default:
                break;
        }

        if (name == "sessionKey")
        {
            _members.TryAdd("signerUserId", new WireShape());
            _members["signerUserId"]._kinds.UnionWith([JsonValueKind.String, JsonValueKind.Null]);
        }
    }

    private static Dictionary<string, WireShape> Load()
    {
        using var document = JsonDocument.Parse(Resources.Open("catalogue.json"));
        var shapes = new Dictionary<string, WireShape>(StringComparer.Ordinal);
        foreach (var exchange in document.RootElement.GetProperty("exchanges").EnumerateArray())
        {
            Add(exchange.GetProperty("response"), exchange.GetProperty("responseExample"), exchange.GetProperty("responseFields"));
        }

        foreach (var notification in document.RootElement.GetProperty("notifications").EnumerateArray())
        {
            Add(notification.GetProperty("notification"), notification.GetProperty("example"), notification.GetProperty("fields"));
        }

        return shapes;

        void Add(JsonElement type, JsonElement example, JsonElement fields)
        {
            var nullable = fields.EnumerateArray()
                .Where(row => row.TryGetProperty("type", out var kind) && kind.GetString()!.Contains("null", StringComparison.Ordinal))
                .Select(row => row.GetProperty("name").GetString()!).ToHashSet();
            shapes.TryAdd(type.GetString()!, new WireShape());
            shapes[type.GetString()!].Learn(example, string.Empty, nullable);
        }
    }
}
