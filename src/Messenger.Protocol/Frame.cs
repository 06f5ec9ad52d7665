using System.Text.Json;

namespace Messenger.Protocol;

/// <summary>The envelope of one WebSocket frame, taken apart but not yet understood.</summary>
/// <param name="Type">Names the request, response or notification; null where it could not be read.</param>
/// <param name="Id">The client's own id as it stood in the frame, quotes included; empty where there was none.</param>
/// <param name="Cursor">Of a notification: where to resume after it; null otherwise.</param>
/// <param name="Payload">The payload's JSON; empty where there was none. It points into the frame's buffer.</param>
public readonly record struct Frame(string? Type, ReadOnlyMemory<byte> Id, string? Cursor, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Of a request that is part of a client's trace: the W3C traceparent's JSON as it stood in the frame; empty where there was none.</summary>
    public ReadOnlyMemory<byte> TraceParent { get; init; }

    /// <summary>Takes a frame apart in one pass, members in any order, unknown ones ignored.</summary>
    /// <param name="fault">What is wrong with it, or null. <see cref="Type"/> and <see cref="Id"/> are given as far as they were read.</param>
    public static Frame Read(ReadOnlyMemory<byte> utf8, out string? fault)
    {
        string? type = null;
        string? cursor = null;
        ReadOnlyMemory<byte> id = default;
        ReadOnlyMemory<byte> payload = default;
        ReadOnlyMemory<byte> trace = default;
        if (utf8.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
        {
            // The commonest garbage, and the reader would throw: an exception costs a hundred times what the rest does.
            fault = "a frame must be one JSON object";
            return default;
        }

        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = WireJson.MaxDepth });
        try
        {
            fault = null;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    type = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= Limits.Label ? TypeNames.Intern(ref reader) : null;
                    fault ??= type is null ? "type must be the name of a request" : null;
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("id"u8))
                {
                    reader.Read();
                    id = Echoed(utf8, ref reader, ref fault);
                }
                else if (reader.ValueTextEquals("payload"u8))
                {
                    reader.Read();
                    payload = Slice(utf8, ref reader);
                }
                else if (reader.ValueTextEquals("traceparent"u8))
                {
                    // Looked at only by who traces; whatever else it is does not matter to the request.
                    reader.Read();
                    trace = Slice(utf8, ref reader);
                }
                else if (reader.ValueTextEquals("cursor"u8))
                {
                    reader.Read();
                    cursor = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    reader.Skip();
                }
                else
                {
                    reader.Skip();
                }
            }

            if (reader.Read())
            {
                fault = "a frame must be one JSON object";
            }
        }
        catch (JsonException)
        {
            fault = $"a frame must be one JSON object of at most {WireJson.MaxDepth} levels";
        }
        catch (InvalidOperationException)
        {
            // A string with an unpaired surrogate escape: JSON allows it, text does not.
            fault = "a string holds an unpaired surrogate";
        }

        fault ??= type is null ? "type is missing" : null;
        return new Frame(type, id, cursor, payload) { TraceParent = trace };
    }

    /// <summary>The reader stands on the id. What is not echoed is a fault; null is no id.</summary>
    private static ReadOnlyMemory<byte> Echoed(ReadOnlyMemory<byte> utf8, ref Utf8JsonReader reader, ref string? fault)
    {
        var echoed = reader.TokenType switch
        {
            JsonTokenType.String => IsShort(ref reader),
            JsonTokenType.Number => reader.ValueSpan.Length <= Limits.EnvelopeId,
            _ => false,
        };
        if (!echoed && reader.TokenType != JsonTokenType.Null)
        {
            fault ??= $"id must be a string or a number of at most {Limits.EnvelopeId} characters";
        }

        var id = Slice(utf8, ref reader);
        return echoed ? id : default;
    }

    /// <summary>Counts characters, not bytes. A string that is no text throws, as everywhere.</summary>
    private static bool IsShort(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped && reader.ValueSpan.Length <= Limits.EnvelopeId)
        {
            return true;
        }

        const int LongestEscape = 6;
        if (reader.ValueSpan.Length > Limits.EnvelopeId * LongestEscape)
        {
            return false;
        }

        Span<char> buffer = stackalloc char[Limits.EnvelopeId * LongestEscape];
        return reader.CopyString(buffer) <= Limits.EnvelopeId;
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> utf8, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return utf8[start..(int)reader.BytesConsumed];
    }
}
