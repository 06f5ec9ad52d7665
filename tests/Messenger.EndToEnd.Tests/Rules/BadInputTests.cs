using System.Net.WebSockets;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>What the server does with what is no request.</summary>
public class BadInputTests(SharedServer server) : OnSharedServer(server)
{
    [Theory]
    [InlineData("not json", null)]
    [InlineData("[]", null)]
    [InlineData("17", null)]
    [InlineData("{}", null)]
    [InlineData("""{"type":null}""", null)]
    [InlineData("""{"type":17,"payload":{}}""", null)]
    [InlineData("""{"type":"RequestEverything","payload":{}}""", "RequestEverything")]
    [InlineData("""{"type":"ResponsePong","payload":{}}""", "ResponsePong")]
    [InlineData("""{"type":"RequestTyping"}""", "RequestTyping")]
    [InlineData("""{"type":"RequestTyping","payload":null}""", "RequestTyping")]
    [InlineData("""{"type":"RequestTyping","payload":[]}""", "RequestTyping")]
    [InlineData("""{"type":"RequestTyping","payload":{"conversationUuid":17}}""", "RequestTyping")]
    [InlineData("""{"type":"RequestTyping","payload":{"conversationUuid":"no uuid"}}""", "RequestTyping")]
    [InlineData("""{"type":"RequestTyping","payload":{"conversationUuid":"\ud800"}}""", "RequestTyping")]
    [InlineData("""{"type":"RequestGetMessages","payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e","size":1e99}}""", "RequestGetMessages")]
    public async Task It_is_answered_with_bad_request_and_the_connection_stays(string text, string? type)
    {
        var phone = await Person();

        await phone.Line.SendText(text);

        var reply = await phone.Line.Inbox.TakeStray();
        reply.Refused("bad_request");
        Assert.Equal(type, reply.Payload.Text("requestType"));
        (await phone.Ask("RequestPing", new { clientVersion = "1", when = 1 })).Done();
    }

    [Fact]
    public async Task An_id_is_echoed_as_it_came_and_the_type_may_stand_anywhere()
    {
        var phone = await Person();

        await phone.Line.SendText("""{"payload":{"when":1,"unknown":[{}]},"more":null,"type":"RequestPing"}""");
        Assert.Equal("ResponsePong", (await phone.Line.Inbox.TakeStray()).Type);
        Assert.Equal("ResponsePong", (await phone.Line.AskText("n1", """{"id":"n1","type":"RequestPing","payload":{"when":1}}""")).Type);
        Assert.Equal("ResponsePong", (await phone.Line.AskText("12345", """{"type":"RequestPing","payload":{"when":1},"id":12345}""")).Type);
    }

    [Fact]
    public async Task A_connection_that_keeps_sending_garbage_is_closed()
    {
        const int Patience = 100_000;
        var phone = await Person();

        try
        {
            for (var i = 0; i < Patience && !phone.Line.Ended.IsCompleted; i++)
            {
                await phone.Line.SendText("garbage");
            }
        }
        catch (LineBrokenException)
        {
            // Closed while sending: that is what is awaited.
        }

        Assert.Equal(1008, await phone.Line.Closing());
    }

    [Fact]
    public async Task A_binary_frame_is_closed_with_1003()
    {
        var phone = await Person();

        await phone.Line.SendRaw("{}"u8.ToArray(), WebSocketMessageType.Binary);

        Assert.Equal(1003, await phone.Line.Closing());
    }

    [Fact]
    public async Task A_message_over_256_KiB_is_closed_with_1009()
    {
        var phone = await Person();
        var frame = $$"""{"type":"RequestPing","payload":{"when":1},"more":"{{new string('a', 256 * 1024)}}"}""";

        await phone.Line.SendText(frame);

        Assert.Equal(1009, await phone.Line.Closing());
    }

    [Fact]
    public async Task Invalid_UTF_8_is_closed_with_1007()
    {
        var phone = await Person();

        await phone.Line.SendRaw(new byte[] { (byte)'"', 0xff, 0xfe, (byte)'"' }, WebSocketMessageType.Text);

        Assert.Equal(1007, await phone.Line.Closing());
    }

    [Fact]
    public async Task Requests_may_be_pipelined_without_waiting()
    {
        var phone = await Person();
        var answers = new List<Task<Reply>>();
        for (var i = 0; i < 500; i++)
        {
            answers.Add(await phone.Line.Send("RequestPing", new { clientVersion = "1", when = i }));
        }

        Assert.All(await Task.WhenAll(answers), reply => Assert.Equal("ResponsePong", reply.Type));
    }
}
