using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Messenger.Conformance.Replay;

/// <summary>What stands now for what stood in the transcript: people, UUIDs and cursors.</summary>
internal sealed partial class Substitutes(IReadOnlySet<string> serverMade)
{
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _uuids = new(StringComparer.Ordinal);

    /// <summary>UUIDs anywhere in a frame, in lower case, in their order.</summary>
    public static IEnumerable<string> UuidsIn(JsonObject? frame) =>
        frame is null ? [] : Uuid().Matches(frame.ToJsonString()).Select(match => match.Value.ToLowerInvariant());

    /// <summary>Replaces a word wherever it occurs, also inside a longer string.</summary>
    public void Replace(string recorded, string now)
    {
        _words[recorded] = now;
        if (Uuid().IsMatch(recorded) && recorded.Length == now.Length)
        {
            _uuids[recorded.ToLowerInvariant()] = now;
        }
    }

    /// <summary>A frame of the transcript as it is to be sent or expected now.</summary>
    /// <param name="making">Whether UUIDs of the client that are met for the first time get fresh ones.</param>
    public JsonNode? Apply(JsonNode? node, bool making) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(Apply(field.Key, making), Apply(field.Value, making)))),
        JsonArray items => new JsonArray([.. items.Select(item => Apply(item, making))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Apply(text, making)),
        _ => node?.DeepClone(),
    };

    /// <summary>Learns what the server made: its UUIDs and cursors stand at the same places of both frames.</summary>
    public void Learn(JsonNode? recorded, JsonNode? now, string name = "")
    {
        switch (recorded, now)
        {
            case (JsonObject one, JsonObject other):
                foreach (var field in one)
                {
                    Learn(field.Value, other[Apply(field.Key, making: false)], field.Key);
                }

                break;
            case (JsonArray one, JsonArray other):
                foreach (var (item, at) in one.Zip(other))
                {
                    Learn(item, at);
                }

                break;
            case (JsonValue one, JsonValue other) when one.TryGetValue<string>(out var text) && other.TryGetValue<string>(out var actual):
                if (name == "cursor")
                {
                    _words[text] = actual;
                }
                else if (serverMade.Contains(text.ToLowerInvariant()) && !_words.ContainsKey(text))
                {
                    _uuids.TryAdd(text.ToLowerInvariant(), actual);
                }

                break;
            default:
                break;
        }
    }

    private string Apply(string text, bool making)
    {
        if (_words.TryGetValue(text, out var whole))
        {
            return whole;
        }

        var replaced = _words.Aggregate(text, (now, word) => word.Key.Length > 3 ? now.Replace(word.Key, word.Value, StringComparison.Ordinal) : now);
        return Uuid().Replace(replaced, match =>
        {
            var key = match.Value.ToLowerInvariant();
            if (!_uuids.TryGetValue(key, out var now))
            {
                if (!making || serverMade.Contains(key) || _uuids.ContainsValue(match.Value) || _words.ContainsValue(match.Value))
                {
                    return match.Value;
                }

                now = _uuids[key] = Guid.NewGuid().ToString();
            }

            // The creator's spelling is part of the protocol.
            return match.Value.Any(char.IsAsciiLetterUpper) ? now.ToUpperInvariant() : now;
        });
    }

    [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
    private static partial Regex Uuid();
}
