using System.Net.WebSockets;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>What the server does with what is no request.</summary>
internal static class BadInputChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("What is no request is answered with bad_request and the connection stays", ["ENV-10", "ENV-5"], WhatIsNoRequestIsAnsweredWithBadRequestAndTheConnectionStays),
        new("An id is echoed as it came and the type may stand anywhere", ["ENV-2", "ENV-3", "ENV-7"], AnIdIsEchoedAsItCameAndTheTypeMayStandAnywhere),
        new("A connection that keeps sending garbage is closed", ["LIM-4"], AConnectionThatKeepsSendingGarbageIsClosed),
        new("A binary frame is closed with 1003", ["CLOSE-4"], ABinaryFrameIsClosedWith1003),
        new("A message over 256 KiB is closed with 1009", ["CLOSE-4", "LIM-3"], AMessageOver256KiBIsClosedWith1009),
        new("Before the login a message over 16 KiB is closed with 1009", ["CLOSE-4", "LIM-6"], BeforeTheLoginAMessageOver16KiBIsClosedWith1009),
        new("Invalid UTF-8 is closed with 1007", ["CLOSE-4"], InvalidUTF8IsClosedWith1007),
        new("Text that a store could not keep is its sender's bad request alone", ["FMT-8"], UnstorableTextIsItsSendersAlone),
        new("Requests may be pipelined without waiting", ["ENV-4", "ENV-8", "ENV-12"], RequestsMayBePipelinedWithoutWaiting),
    ];

    private static readonly (string Text, string? Type)[] NoRequests =
    [
        ("not json", null),
        ("[]", null),
        ("17", null),
        ("{}", null),
        ("""{"type":null}""", null),
        ("""{"type":17,"payload":{}}""", null),
        ("""{"type":"RequestEverything","payload":{}}""", "RequestEverything"),
        ("""{"type":"ResponsePong","payload":{}}""", "ResponsePong"),
        ("""{"type":"RequestTyping"}""", "RequestTyping"),
        ("""{"type":"RequestTyping","payload":null}""", "RequestTyping"),
        ("""{"type":"RequestTyping","payload":[]}""", "RequestTyping"),
        ("""{"type":"RequestTyping","payload":{"conversationUuid":17}}""", "RequestTyping"),
        ("""{"type":"RequestTyping","payload":{"conversationUuid":"no uuid"}}""", "RequestTyping"),
        ("""{"type":"RequestTyping","payload":{"conversationUuid":"\ud800"}}""", "RequestTyping"),
        ("""{"type":"RequestGetMessages","payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e","size":1e99}}""", "RequestGetMessages"),
        ($$$"""{"type":"RequestPing","payload":{"when":1,"deep":{{{new string('[', 33)}}}{{{new string(']', 33)}}} }}""", null),
    ];

    private static async Task WhatIsNoRequestIsAnsweredWithBadRequestAndTheConnectionStays(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        foreach (var (text, type) in NoRequests)
        {
            await phone.Connection.SendText(text);

            var reply = await phone.Connection.Inbox.TakeStray();
            reply.Refused("bad_request");
            if (!text.Contains("deep", StringComparison.Ordinal))
            {
                Expect.Equal(type, reply.Payload.Text("requestType"), text);
            }
        }

        (await phone.Ask("RequestPing", new { clientVersion = "1", when = 1 })).Done();
    }

    private static async Task UnstorableTextIsItsSendersAlone(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        foreach (var bad in new[] { "\\u0000", "\\ud800", "\\udc00x" })
        {
            (await a.Connection.AskText("m", $$$"""
                {"type":"RequestAddMessage","id":"m","payload":{"conversationUuid":"{{{conversation.Uuid}}}","messageUuid":"{{{Opaque.Uuid()}}}","sessionKeyUuid":"{{{conversation.Key}}}","ivBase64":"AAAA","bodyEncryptedBase64":"a{{{bad}}}","hasFiles":false}}
                """)).Refused("bad_request");
            var nick = await a.Connection.AskText("n", $$$"""{"type":"UpdateMemberNick","id":"n","payload":{"conversationUuid":"{{{conversation.Uuid}}}","nickEncrypted":"{{{bad}}}"}}""");
            nick.Refused("bad_request");
            Expect.True(nick.Description!.Contains("nickEncrypted", StringComparison.Ordinal), nick.Description);
            (await a.Connection.AskText("p", $$$"""{"type":"UpdateParam","id":"p","payload":{"name":"p","value":"{{{bad}}}"}}""")).Refused("bad_request");
        }

        // Everything else is text, and nobody was disturbed.
        var body = "\u0001\uffff\U0001F468\u202e\ufeff";
        Expect.Equal(body, (await a.Say(conversation, body: body)).Text("bodyEncryptedBase64"));
        Expect.Equal(body, (await b.Notified(ConversationSteps.AddedMessage, heard => !heard.Payload.GetProperty("message").Flag("isEvent"))).Payload.GetProperty("message").Text("bodyEncryptedBase64"));
        Expect.True(a.IsConnected && b.IsConnected);
    }

    private static async Task AnIdIsEchoedAsItCameAndTheTypeMayStandAnywhere(CheckFixture fixture)
    {
        var phone = await fixture.Person();

        await phone.Connection.SendText("""{"payload":{"when":1,"unknown":[{}]},"more":null,"type":"RequestPing"}""");
        Expect.Equal("ResponsePong", (await phone.Connection.Inbox.TakeStray()).Type);
        Expect.Equal("ResponsePong", (await phone.Connection.AskText("n1", """{"id":"n1","type":"RequestPing","payload":{"when":1}}""")).Type);
        var numbered = await phone.Connection.AskText("12345", """{"type":"RequestPing","payload":{"when":1},"id":12345}""");
        Expect.Equal("12345", numbered.Id?.GetRawText());
    }

    private static async Task AConnectionThatKeepsSendingGarbageIsClosed(CheckFixture fixture)
    {
        const int MaxFrames = 1000;
        var phone = await fixture.Person();

        try
        {
            for (var i = 0; i < MaxFrames && !phone.Connection.Ended.IsCompleted; i++)
            {
                await phone.Connection.SendText("garbage");
            }
        }
        catch (ConnectionBrokenException)
        {
            // Closed while sending: that is what is awaited.
        }

        Expect.Equal(1008, await phone.Connection.Closing());
    }

    private static async Task ABinaryFrameIsClosedWith1003(CheckFixture fixture)
    {
        var phone = await fixture.Person();

        await phone.Connection.SendRaw("{}"u8.ToArray(), WebSocketMessageType.Binary);

        Expect.Equal(1003, await phone.Connection.Closing());
    }

    private static async Task AMessageOver256KiBIsClosedWith1009(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        var frame = $$"""{"type":"RequestPing","payload":{"when":1},"more":"{{new string('a', 256 * 1024)}}"}""";

        await phone.Connection.SendText(frame);

        Expect.Equal(1009, await phone.Connection.Closing());
    }

    private static async Task BeforeTheLoginAMessageOver16KiBIsClosedWith1009(CheckFixture fixture)
    {
        var phone = await fixture.Stranger();
        var fits = """{"type":"RequestPing","id":"16","payload":{"when":1}}""".PadRight(16 * 1024);
        Expect.Equal("ResponsePong", (await phone.Connection.AskText("16", fits)).Type);

        await phone.Connection.SendText(fits + " ");

        Expect.Equal(1009, await phone.Connection.Closing());
    }

    private static async Task InvalidUTF8IsClosedWith1007(CheckFixture fixture)
    {
        var phone = await fixture.Person();

        await phone.Connection.SendRaw(new byte[] { (byte)'"', 0xff, 0xfe, (byte)'"' }, WebSocketMessageType.Text);

        Expect.Equal(1007, await phone.Connection.Closing());
    }

    private static async Task RequestsMayBePipelinedWithoutWaiting(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        var answers = new List<Task<Response>>();
        for (var i = 0; i < 500; i++)
        {
            answers.Add(await phone.Connection.Send("RequestPing", new { clientVersion = "1", when = i }));
        }

        Expect.All(await Task.WhenAll(answers), reply => Expect.Equal("ResponsePong", reply.Type));
    }
}
