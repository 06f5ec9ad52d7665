using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Messenger.Protocol;

/// <summary>Writes frames: requests, answers and notifications.</summary>
public static class FrameWriter
{
    /// <summary>A draft that had to hold a large page is not kept.</summary>
    private const int KeptDraft = 64 * 1024;

    /// <summary>Where this thread writes a payload before its length is known.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _draft;

    /// <summary>This thread's, for one payload after another.</summary>
    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>A request as a client sends it.</summary>
    public static void Request(IBufferWriter<byte> output, string id, IRequest request)
    {
        output.Write("{\"type\":\""u8);
        Ascii(output, request.GetType().Name);
        output.Write("\",\"id\":\""u8);
        Ascii(output, JsonEncodedText.Encode(id, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value);
        output.Write("\",\"payload\":"u8);
        Payload(output, request);
        output.Write("}"u8);
    }

    /// <summary>The answer to a request.</summary>
    /// <param name="id">The request's id as it stood in its frame; empty when it had none.</param>
    /// <param name="payload">A record that <see cref="WireJson"/> knows; the name of its type is the answer's type.</param>
    public static void Answer(IBufferWriter<byte> output, ReadOnlySpan<byte> id, object payload)
    {
        output.Write("{\"type\":\""u8);
        Ascii(output, payload.GetType().Name);
        Id(output, id);
        output.Write(",\"payload\":"u8);
        Payload(output, payload);
        output.Write("}"u8);
    }

    /// <summary>The answer to a request, its payload already JSON.</summary>
    public static void Answer(IBufferWriter<byte> output, ReadOnlySpan<byte> id, string type, ReadOnlySpan<byte> payload)
    {
        output.Write("{\"type\":\""u8);
        Ascii(output, type);
        Id(output, id);
        output.Write(",\"payload\":"u8);
        output.Write(payload);
        output.Write("}"u8);
    }

    /// <summary>A notification, its payload already JSON: it is serialised once and written to many.</summary>
    /// <param name="cursor">Where to resume after it; empty on what is not replayed.</param>
    public static void Notification(IBufferWriter<byte> output, string type, ReadOnlySpan<byte> cursor, ReadOnlySpan<byte> payload)
    {
        output.Write("{\"type\":\""u8);
        Ascii(output, type);
        output.Write("\""u8);
        if (!cursor.IsEmpty)
        {
            output.Write(",\"cursor\":\""u8);
            output.Write(cursor);
            output.Write("\""u8);
        }

        output.Write(",\"payload\":"u8);
        output.Write(payload);
        output.Write("}"u8);
    }

    /// <summary>A payload alone.</summary>
    public static byte[] Payload(object payload)
    {
        // The writer asks for three times a text's length before it writes it: a buffer that stays is cheaper than one that grows each time.
        var output = _draft ??= new ArrayBufferWriter<byte>(4 * 1024);
        output.ResetWrittenCount();
        Payload(output, payload);
        if (output.Capacity > KeptDraft)
        {
            _draft = null;
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Payload(IBufferWriter<byte> output, object payload)
    {
        var type = WireJson.Default.GetTypeInfo(payload.GetType())
            ?? throw new ArgumentException($"{payload.GetType()} is no type of the protocol", nameof(payload));
        var writer = _json ??= new Utf8JsonWriter(output, WireJson.Writer);
        writer.Reset(output);
        JsonSerializer.Serialize(writer, payload, type);
        writer.Flush();
    }

    private static void Id(IBufferWriter<byte> output, ReadOnlySpan<byte> id)
    {
        output.Write("\""u8);
        if (!id.IsEmpty)
        {
            output.Write(",\"id\":"u8);
            output.Write(id);
        }
    }

    private static void Ascii(IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
