using System.Net.WebSockets;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>The life of a connection, its envelope, and its end.</summary>
internal static class ConnectionChecks
{
    /// <summary>What a client has to authenticate, and how much earlier or later a close may come on a busy machine.</summary>
    private static readonly TimeSpan ToAuthenticate = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Check> All { get; } =
    [
        new("The subprotocol is chosen when offered and may be left out", ["ENV-1"], TheSubprotocolMayBeLeftOut),
        new("An answer names its request and a refusal says why", ["ENV-4", "ENV-5"], AnAnswerNamesItsRequest),
        new("An id has at most 64 characters", ["ENV-3"], AnIdHasAtMost64Characters),
        new("Notifications come after the answer to the login", ["NOT-1"], NotificationsComeAfterTheLogin),
        new("Who does not authenticate within a minute is closed with 4008", ["CLOSE-4"], WhoDoesNotAuthenticateIsClosed) { Waits = ToAuthenticate },
    ];

    private static async Task TheSubprotocolMayBeLeftOut(CheckFixture fixture)
    {
        // With the subprotocol: every other connection of these checks.
        await fixture.Stranger();
        using var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        await socket.ConnectAsync(fixture.Url, deadline.Token);
        Expect.True(string.IsNullOrEmpty(socket.SubProtocol), $"a subprotocol was chosen that was not offered: {socket.SubProtocol}");
        await socket.SendAsync("""{"type":"RequestPing","id":"1","payload":{"when":1}}"""u8.ToArray(), WebSocketMessageType.Text, true, deadline.Token);
        var buffer = new byte[16 * 1024];
        var answer = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
        Expect.Contains("\"ResponsePong\"", [.. System.Text.Encoding.UTF8.GetString(buffer, 0, answer.Count).Split(':', ',')]);
    }

    private static async Task AnAnswerNamesItsRequest(CheckFixture fixture)
    {
        var phone = await fixture.Stranger();
        foreach (var type in new[] { "RequestPing", "RequestGetServerSettings" })
        {
            Expect.NotEqual("ResponseStatusMessage", (await phone.Ask(type, new { when = 1 })).Type);
        }

        foreach (var type in new[] { "GetBlackList", "RequestTyping", "RequestGetMessages" })
        {
            var refusal = await phone.Ask(type, new { conversationUuid = Opaque.Uuid(), size = 1 });
            refusal.Refused("unauthenticated");
            Expect.Equal(type, refusal.Payload.Text("requestType"));
        }
    }

    private static async Task AnIdHasAtMost64Characters(CheckFixture fixture)
    {
        var phone = await fixture.Stranger();
        var longest = new string('x', 64);
        Expect.Equal("ResponsePong", (await phone.Connection.AskText(longest, $$$"""{"type":"RequestPing","id":"{{{longest}}}","payload":{"when":1}}""")).Type);
        await phone.Connection.SendText("""{"type":"RequestPing","id":null,"payload":{"when":1}}""");
        Expect.Equal("ResponsePong", (await phone.Connection.Inbox.TakeStray()).Type);
        await phone.Connection.SendText($$$"""{"type":"RequestPing","id":"{{{longest}}}y","payload":{"when":1}}""");
        (await phone.Connection.Inbox.TakeStray()).Refused("bad_request");
    }

    private static async Task NotificationsComeAfterTheLogin(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        await b.Connect(fixture.Url);
        await a.Say(conversation);
        (await b.Ask("RequestPing", new { when = 1 })).Done();
        var connection = b.History.Entries().OfType<Opened>().Last().Connection;
        Expect.Empty(b.History.Entries().OfType<Notified>().Where(notified => notified.Connection == connection));

        (await b.Authenticate(b.LastCursor())).Done();
        await b.Hear((await a.Say(conversation)).Text("uuid")!);

        var entries = b.History.Entries().Where(entry => entry.Connection == connection).ToList();
        var login = entries.OfType<Answered>().Single(answer => answer.Payload.TryGetProperty("requestType", out var type) && type.GetString() == "RequestAuthenticationByApplication");
        Expect.True(entries.OfType<Notified>().All(notified => entries.IndexOf(notified) > entries.IndexOf(login)), "a notification came before the answer to the login");
    }

    private static async Task WhoDoesNotAuthenticateIsClosed(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        var opened = Clock.Now;

        var code = (await stranger.Connection.Ended.WaitAsync(ToAuthenticate + Timeouts.Frame)).Code;

        Expect.Equal(4008, code);
        Expect.True(Clock.Now - opened > ToAuthenticate - Early, $"closed after {(Clock.Now - opened).TotalSeconds:0} s");
    }
}
