using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messenger.Conformance.Replay;

/// <summary>Somebody of a transcript.</summary>
public sealed record Side(string Name, string OpenUserId, string UserId, string Uuid);

/// <summary>One line of a transcript.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="Direction">opened, sent, received or closed.</param>
/// <param name="Frame">Of what was sent or received; null where it was no JSON object.</param>
/// <param name="Text">Instead of <paramref name="Frame"/>.</param>
/// <param name="Code">Of closed.</param>
/// <param name="ByServer">Of closed: who did it.</param>
public sealed record Step(int Line, string Side, string Direction, JsonObject? Frame, string? Text, int? Code, bool ByServer);

/// <summary>The file is no transcript; the message says which line, and what is wrong with it.</summary>
public sealed class TranscriptException(string message) : Exception(message);

/// <summary>What happened on the connections of a few people: docs/transcript.md.</summary>
/// <param name="ServerMade">UUIDs, in lower case, that occur first in a frame from the server.</param>
public sealed record Transcript(IReadOnlyDictionary<string, Side> Sides, IReadOnlyList<Step> Steps, IReadOnlySet<string> ServerMade)
{
    private const int Version = 1;

    /// <exception cref="TranscriptException">It is no transcript.</exception>
    public static Transcript Read(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Dictionary<string, Side>? sides = null;
        var steps = new List<Step>();
        var (sent, made) = (new HashSet<string>(), new HashSet<string>());
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                var row = JsonNode.Parse(line) as JsonObject ?? throw new TranscriptException("it is no JSON object");
                if (sides is null)
                {
                    sides = Header(row);
                    continue;
                }

                var step = Read(row, number, sides);
                steps.Add(step);
                foreach (var uuid in Substitutes.UuidsIn(step.Frame).Where(uuid => step.Direction == "sent" || !sent.Contains(uuid)))
                {
                    (step.Direction == "sent" && !made.Contains(uuid) ? sent : made).Add(uuid);
                }
            }
            catch (Exception fault) when (fault is TranscriptException or JsonException or InvalidOperationException or FormatException)
            {
                throw new TranscriptException($"line {number}: {fault.Message}");
            }
        }

        return sides is null ? throw new TranscriptException("the file is empty") : new Transcript(sides, steps, made);
    }

    private static Dictionary<string, Side> Header(JsonObject row)
    {
        if (row["transcript"] is not { } version)
        {
            throw new TranscriptException("the first line of a transcript has a member 'transcript'");
        }

        if (version.GetValueKind() != JsonValueKind.Number || version.GetValue<double>() != Version)
        {
            throw new TranscriptException($"this reads transcripts of version {Version}, not {version.ToJsonString()}");
        }

        return Need(row, "sides").AsObject().ToDictionary(
            side => side.Key,
            side => new Side(side.Key, Text(side.Value!, "openUserId"), Text(side.Value!, "userId"), Text(side.Value!, "uuid")));
    }

    private static Step Read(JsonObject row, int number, Dictionary<string, Side> sides)
    {
        var (side, direction) = (Text(row, "side"), Text(row, "direction"));
        if (!sides.ContainsKey(side))
        {
            throw new TranscriptException($"the first line has no side '{side}'");
        }

        var (frame, text) = (row["frame"] as JsonObject, row["text"]?.GetValue<string>());
        return direction switch
        {
            "opened" => new Step(number, side, direction, null, null, null, false),
            "sent" or "received" when frame is null && text is null => throw new TranscriptException($"what was {direction} has a 'frame' or a 'text'"),
            "received" when frame is null => throw new TranscriptException("a server sends JSON objects alone"),
            "sent" or "received" => new Step(number, side, direction, frame, text, null, false),
            "closed" => new Step(number, side, direction, null, null, Need(row, "code").GetValue<int>(), Text(row, "by") == "server"),
            _ => throw new TranscriptException($"a direction is opened, sent, received or closed, not '{direction}'"),
        };
    }

    private static JsonNode Need(JsonNode row, string name) => row[name] ?? throw new TranscriptException($"there is no '{name}'");

    private static string Text(JsonNode row, string name) => Need(row, name).GetValue<string>();
}
