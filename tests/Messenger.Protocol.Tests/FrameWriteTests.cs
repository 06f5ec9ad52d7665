using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace Messenger.Protocol.Tests;

/// <summary>Frames as the server and the client library write them, byte by byte.</summary>
public class FrameWriteTests
{
    [Fact]
    public void A_request() => Assert.Equal(
        """{"type":"RequestTyping","id":"a\"b","payload":{"conversationUuid":"2A22B9FB-3F79-4839-A4F5-D1E2A5C4E7B1"}}""",
        Written(output => FrameWriter.Request(output, "a\"b", new RequestTyping("2A22B9FB-3F79-4839-A4F5-D1E2A5C4E7B1"))));

    [Theory]
    [InlineData("\"17\"", ",\"id\":\"17\"")]
    [InlineData("17", ",\"id\":17")]
    [InlineData("-1.5e3", ",\"id\":-1.5e3")]
    [InlineData("", "")]
    public void An_answer_echoes_the_id_as_it_came(string id, string member)
    {
        var raw = Encoding.UTF8.GetBytes(id);

        Assert.Equal(
            $$$"""{"type":"ResponseStatusMessage"{{{member}}},"payload":{"requestType":null,"status":"ok","description":null}}""",
            Written(output => FrameWriter.Answer(output, raw, new ResponseStatusMessage(null, Statuses.Ok, null))));
        Assert.Equal(
            $$$"""{"type":"ResponseAddedMessage"{{{member}}},"payload":{"message":{} }}""",
            Written(output => FrameWriter.Answer(output, raw, nameof(ResponseAddedMessage), """{"message":{} }"""u8)));
    }

    [Fact]
    public void A_notification_has_a_cursor_or_none()
    {
        Assert.Equal(
            """{"type":"NotificationTyping","payload":{}}""",
            Written(output => FrameWriter.Notification(output, nameof(NotificationTyping), [], "{}"u8)));
        Assert.Equal(
            """{"type":"NotificationConversationDeleted","cursor":"1f-2","payload":{"uuid":"x"}}""",
            Written(output => FrameWriter.Notification(output, nameof(NotificationConversationDeleted), "1f-2"u8, """{"uuid":"x"}"""u8)));
    }

    [Fact]
    public void What_is_no_type_of_the_protocol_is_not_written() =>
        Assert.Throws<ArgumentException>(() => FrameWriter.Payload(new Version(1, 2)));

    [Fact]
    public void A_request_is_read_back_whatever_its_texts_are() => Gen.Select(Gen.String[0, 40].Where(IsText), Gen.String[0, 200].Where(IsText)).Sample((id, reason) =>
    {
        var text = Written(output => FrameWriter.Request(output, id, new AddConversationReport("2A22B9FB-3F79-4839-A4F5-D1E2A5C4E7B1", reason)));
        var frame = Frame.Read(Encoding.UTF8.GetBytes(text), out var fault);
        var payload = JsonSerializer.Deserialize(frame.Payload.Span, WireJson.Default.AddConversationReport)!;
        return fault is null && frame.Type == nameof(AddConversationReport) && payload.Reason == reason
            && JsonSerializer.Deserialize<string>(frame.Id.Span) == id;
    });

    /// <summary>Strings with unpaired surrogates are no text and cannot travel as UTF-8.</summary>
    private static bool IsText(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsHighSurrogate(value[i]) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(value[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
