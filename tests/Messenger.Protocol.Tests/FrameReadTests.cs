using System.Text;
using CsCheck;

namespace Messenger.Protocol.Tests;

/// <summary>Taking frames apart: a table of what a client may send and of what it may not.</summary>
public class FrameReadTests
{
    private const string Type = "RequestPing";

    [Theory]
    [InlineData("""{"type":"RequestPing","id":"17","payload":{"a":1}}""", "\"17\"", """{"a":1}""")]
    [InlineData("""{"payload":{"a":1},"id":"17","type":"RequestPing"}""", "\"17\"", """{"a":1}""")]
    [InlineData("""{"payload":{"type":"X","id":"no"},"type":"RequestPing"}""", "", """{"type":"X","id":"no"}""")]
    [InlineData("""{"type":"RequestPing","id":17}""", "17", "")]
    [InlineData("""{"type":"RequestPing","id":-1.5e3}""", "-1.5e3", "")]
    [InlineData("""{"type":"RequestPing","id":null}""", "", "")]
    [InlineData("""{"type":"RequestPing","id":""}""", "\"\"", "")]
    [InlineData("""{"type":"RequestPing","id":"a\"b"}""", "\"a\\\"b\"", "")]
    [InlineData("""{"type":"RequestPing","id":"\u00e9"}""", "\"\\u00e9\"", "")]
    [InlineData("""{"type":"RequestPing","payload":null}""", "", "null")]
    [InlineData("""{"type":"RequestPing","payload":[1,[2]]}""", "", "[1,[2]]")]
    [InlineData("""{"type":"RequestPing","payload": "text" }""", "", "\"text\"")]
    [InlineData("""{"type":"RequestPing","unknown":{"type":"X","deep":[[{}]]},"other":null}""", "", "")]
    [InlineData("""{"type":"RequestGetParams","type":"RequestPing"}""", "", "")]
    [InlineData("""{"id":"1","type":"RequestPing","id":"2","payload":1,"payload":2}""", "\"2\"", "2")]
    [InlineData("""{"t\u0079pe":"Request\u0050ing"}""", "", "")]
    [InlineData(" \r\n\t{ \"type\" : \"RequestPing\" } \n", "", "")]
    public void A_frame_is_taken_apart(string text, string id, string payload)
    {
        var frame = Read(text, out var fault);

        Assert.Null(fault);
        Assert.Equal(Type, frame.Type);
        Assert.Equal(id, Encoding.UTF8.GetString(frame.Id.Span));
        Assert.Equal(payload, Encoding.UTF8.GetString(frame.Payload.Span));
        Assert.Null(frame.Cursor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("\"RequestPing\"")]
    [InlineData("[]")]
    [InlineData("""[{"type":"RequestPing"}]""")]
    [InlineData("{")]
    [InlineData("""{"type":"RequestPing" """)]
    [InlineData("""{"type":"RequestPi""")]
    [InlineData("""{"type":"RequestPing","payload":{"a":""")]
    [InlineData("""{"type":"RequestPing"}{}""")]
    [InlineData("""{"type":"RequestPing"}]""")]
    [InlineData("""{"type":"RequestPing"} x""")]
    [InlineData("""{"type":"RequestPing",}""")]
    [InlineData("""{'type':'RequestPing'}""")]
    [InlineData("""{"type":"RequestPing"/* no */}""")]
    [InlineData("{}")]
    [InlineData("""{"id":"17","payload":{}}""")]
    [InlineData("""{"type":null}""")]
    [InlineData("""{"type":17}""")]
    [InlineData("""{"type":true}""")]
    [InlineData("""{"type":{"type":"RequestPing"}}""")]
    [InlineData("""{"type":["RequestPing"]}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"type":"RequestPing"}""")]
    [InlineData("""{"type":"RequestPing","id":true}""")]
    [InlineData("""{"type":"RequestPing","id":{"a":1}}""")]
    [InlineData("""{"type":"RequestPing","id":[1]}""")]
    [InlineData("""{"type":"RequestPing","id":01}""")]
    public void What_is_no_frame_has_a_fault_that_says_so(string text)
    {
        Read(text, out var fault);

        Assert.False(string.IsNullOrWhiteSpace(fault));
    }

    [Fact]
    public void An_id_has_at_most_64_characters_and_a_character_is_not_a_byte()
    {
        var latin = new string('a', Limits.EnvelopeId);
        var wide = new string('ü', Limits.EnvelopeId);
        var escaped = string.Concat(Enumerable.Repeat("\\u00fc", Limits.EnvelopeId));
        var number = new string('1', Limits.EnvelopeId);

        Assert.Null(FaultOf($"\"{latin}\""));
        Assert.Null(FaultOf($"\"{wide}\""));
        Assert.Null(FaultOf($"\"{escaped}\""));
        Assert.Null(FaultOf(number));
        Assert.NotNull(FaultOf($"\"{latin}a\""));
        Assert.NotNull(FaultOf($"\"{wide}ü\""));
        Assert.NotNull(FaultOf($"\"{escaped}\\u00fc\""));
        Assert.NotNull(FaultOf($"{number}1"));

        static string? FaultOf(string id)
        {
            var frame = Read($$"""{"type":"RequestPing","id":{{id}}}""", out var fault);
            Assert.Equal(Type, frame.Type);
            Assert.Equal(fault is null ? id : string.Empty, Encoding.UTF8.GetString(frame.Id.Span));
            return fault;
        }
    }

    [Fact]
    public void An_id_that_is_no_text_is_refused()
    {
        var frame = Read("""{"type":"RequestPing","id":"\ud800"}""", out var fault);

        Assert.NotNull(fault);
        Assert.True(frame.Id.IsEmpty);
    }

    [Fact]
    public void A_fault_keeps_the_id_and_the_type_that_were_read()
    {
        var frame = Read("""{"id":"17","type":"RequestPing","payload":{""", out var fault);

        Assert.NotNull(fault);
        Assert.Equal(Type, frame.Type);
        Assert.Equal("\"17\"", Encoding.UTF8.GetString(frame.Id.Span));
    }

    [Fact]
    public void An_unknown_type_is_given_as_it_was_sent_and_one_too_long_is_none()
    {
        Assert.Equal("RequestEverything", Read("""{"type":"RequestEverything"}""", out var fault).Type);
        Assert.Null(fault);
        Assert.Equal(new string('x', Limits.Label), Read($$"""{"type":"{{new string('x', Limits.Label)}}"}""", out fault).Type);
        Assert.Null(fault);
        Assert.Null(Read($$"""{"type":"{{new string('x', Limits.Label + 1)}}"}""", out fault).Type);
        Assert.NotNull(fault);
    }

    [Fact]
    public void A_known_type_is_not_allocated_anew()
    {
        var first = Read("""{"type":"RequestAddMessage"}""", out _).Type;

        Assert.Same(first, Read("""{"type":"RequestAddMessage"}""", out _).Type);
    }

    [Fact]
    public void A_frame_nests_at_most_32_levels()
    {
        Assert.Null(FaultAt(WireJson.MaxDepth - 1));
        Assert.NotNull(FaultAt(WireJson.MaxDepth));

        static string? FaultAt(int depth)
        {
            Read($$"""{"type":"RequestPing","payload":{{new string('[', depth)}}{{new string(']', depth)}}}""", out var fault);
            return fault;
        }
    }

    [Theory]
    [InlineData("""{"type":"NotificationTyping","payload":{}}""", null)]
    [InlineData("""{"type":"NotificationTyping","cursor":"a-1","payload":{}}""", "a-1")]
    [InlineData("""{"cursor":null,"type":"NotificationTyping"}""", null)]
    [InlineData("""{"cursor":{"a":[1]},"type":"NotificationTyping"}""", null)]
    public void A_notification_carries_its_cursor(string text, string? cursor)
    {
        var frame = Read(text, out var fault);

        Assert.Null(fault);
        Assert.Equal(cursor, frame.Cursor);
    }

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 200].Sample(bytes => { _ = Frame.Read(bytes, out _); });

    [Fact]
    public void A_frame_with_random_damage_never_throws_and_what_it_gives_lies_inside_it()
    {
        var good = Encoding.UTF8.GetBytes("""{"type":"RequestAddMessage","id":"1\u00e9","cursor":"a-1","x":[1,{"y":null}],"payload":{"a":"b\"c"}}""");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, with, length) =>
        {
            var bytes = good[..];
            bytes[at] = with;
            var frame = Frame.Read(bytes.AsMemory(0, length), out var fault);
            return frame.Id.Length <= length && frame.Payload.Length <= length && (fault is not null || frame.Type is not null);
        });
    }

    [Fact]
    public void Random_json_like_text_never_throws()
    {
        string[] words = ["{", "}", "[", "]", ":", ",", "\"type\"", "\"id\"", "\"payload\"", "\"cursor\"", "\"RequestPing\"", "null", "1", "true", "\"\\ud800\"", " "];
        Gen.Int[0, words.Length - 1].Select(at => words[at]).Array[0, 40].Sample(picked =>
        {
            var frame = Read(string.Concat(picked), out var fault);
            return fault is not null || frame.Type is not null;
        });
    }

    private static Frame Read(string text, out string? fault) => Frame.Read(Encoding.UTF8.GetBytes(text), out fault);
}
