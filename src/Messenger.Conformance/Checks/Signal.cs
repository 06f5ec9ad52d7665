using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>What sets calls up.</summary>
internal static class SignalChecks
{
    private const string Hints = "hints";
    private const string Send = "RequestSendSignal";
    private const string Heard = "NotificationSignal";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A signal goes to whom it names, in order, without a cursor, and is not replayed", ["SIG-1", "EXT-1"], GoesToWhomItNames),
        new("A signal that is repeated is ok, and is not told twice", ["SIG-2"], ARepeatIsNotTold),
        new("A signal has bounds", ["SIG-3"], SignalsHaveBounds),
        new("A call that rings is given to who logs in, with what followed, until it stops", ["SIG-4"], WhoLogsInHearsTheRing),
        new("Who answers on one device silences the others", ["SIG-5"], AnAnswerSilencesTheOthers),
        new("Who muted the conversation, or never wrote to the caller, is not rung, and nobody is told", ["SIG-7"], NotEverybodyIsRung),
        new("A blocked dialog takes no signals, and a stranger's is not found", ["SIG-8"], BlockedDialogsTakeNone),
        new("Six calls in a minute are enough", ["SIG-9"], CallsAreLimited),
    ];

    private static async Task GoesToWhomItNames(CheckFixture fixture)
    {
        var (a, b, c) = (await fixture.Person(Hints), await fixture.Person(Hints), await fixture.Person(Hints));
        var plain = await fixture.Person();
        var mine = await fixture.Second(a);
        await fixture.Name(mine, Hints);
        var handle = await a.Group(b, c, plain);
        var toAll = Signal(handle);
        (await a.Ask(Send, toAll)).Done();
        foreach (var phone in new[] { b, c })
        {
            var told = (await Told(phone, handle)).Payload;
            Expect.Equal(toAll["signalUuid"], told.Text("signalUuid"));
            Expect.Equal((a.UserId, "none", handle.Uuid), (told.Text("userId"), told.Text("ring"), told.Text("conversationUuid")));
            Expect.Equal(toAll["bodyEncryptedBase64"], told.Text("bodyEncryptedBase64"));
        }

        var sent = new List<object?>();
        for (var i = 0; i < 5; i++)
        {
            var one = Signal(handle, to: [b, a, fixture.Unconnected()]);
            sent.Add(one["signalUuid"]);
            (await a.Ask(Send, one)).Done();
        }

        foreach (var phone in new[] { b, mine })
        {
            var heard = new List<object?>();
            for (var i = 0; i < 5; i++)
            {
                heard.Add((await Told(phone, handle)).Payload.Text("signalUuid"));
            }

            Expect.Equal(sent, heard);
        }

        // Nobody else: not who is not named, not the device that sent it, not who named nothing (a frame of this type would have broken its line).
        foreach (var phone in new[] { a, c, plain })
        {
            (await phone.Ask("RequestPing", new { when = 1 })).Done();
            Expect.Empty(Left(phone, handle).ToList());
        }

        // Never replayed.
        var cursor = (await Settled(b, a, handle))!;
        await b.Connection.Cut();
        (await a.Ask(Send, Signal(handle, to: [b]))).Done();
        await b.Connect(fixture.Url);
        (await b.Authenticate([Hints], cursor)).Done();
        await a.Say(handle);
        await b.Notified(ConversationSteps.AddedMessage);
        Expect.Empty(Left(b, handle).ToList());
    }

    private static async Task ARepeatIsNotTold(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints));
        var handle = await a.Group(b);
        var signal = Signal(handle);
        (await a.Ask(Send, signal)).Done();
        (await a.Ask(Send, signal)).Done();
        var next = Signal(handle);
        (await a.Ask(Send, next)).Done();
        Expect.Equal(signal["signalUuid"], (await Told(b, handle)).Payload.Text("signalUuid"));
        Expect.Equal(next["signalUuid"], (await Told(b, handle)).Payload.Text("signalUuid"));
    }

    private static async Task SignalsHaveBounds(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints));
        var handle = await a.Group(b);
        foreach (var (name, value) in new (string, object?)[]
        {
            ("ring", "loud"), ("ring", "start"), ("ring", "stop"), ("answered", true), ("bodyEncryptedBase64", Opaque.Base64((16 * 1024) + 1)),
            ("bodyEncryptedBase64", null), ("signalUuid", "x"), ("toUserIds", Enumerable.Repeat(b.UserId, 33).ToArray()), ("sessionKeyUuid", Opaque.Uuid()),
        })
        {
            var signal = Signal(handle);
            signal[name] = value;
            (await a.Ask(Send, signal)).Refused("bad_request");
        }

        // In a group a call names whom it rings.
        (await a.Ask(Send, Signal(handle, ring: "start"))).Refused("bad_request");
        var most = Signal(handle, to: [b]);
        most["bodyEncryptedBase64"] = Opaque.Base64(16 * 1024);
        (await a.Ask(Send, most)).Done();
        Expect.Equal(most["bodyEncryptedBase64"], (await Told(b, handle)).Payload.Text("bodyEncryptedBase64"));
    }

    private static async Task WhoLogsInHearsTheRing(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints));
        var handle = await a.Dialog(b);
        var cursor = await Settled(b, a, handle);
        await b.Connection.Cut();
        var call = Opaque.Uuid();
        List<object?> sent = [];
        for (var i = 0; i < 3; i++)
        {
            var signal = Signal(handle, ring: i == 0 ? "start" : "none", call: call);
            sent.Add(signal["signalUuid"]);
            (await a.Ask(Send, signal)).Done();
        }

        var missed = (await a.Say(handle)).Text("uuid");
        await b.Connect(fixture.Url);
        (await b.Authenticate([Hints], cursor)).Done();
        await b.Hear(missed!);
        foreach (var signal in sent)
        {
            var told = (await Told(b, handle)).Payload;
            Expect.Equal((signal, call), (told.Text("signalUuid"), told.Text("callUuid")));
        }

        // It is over for who comes later.
        (await a.Ask(Send, Signal(handle, ring: "stop", call: call))).Done();
        Expect.Equal("stop", (await Told(b, handle)).Payload.Text("ring"));
        cursor = await Settled(b, a, handle);
        await b.Connection.Cut();
        await b.Connect(fixture.Url);
        (await b.Authenticate([Hints], cursor)).Done();
        (await a.Ask(Send, Signal(handle))).Done();
        Expect.Equal("none", (await Told(b, handle)).Payload.Text("ring"));
    }

    private static async Task AnAnswerSilencesTheOthers(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints));
        var other = await fixture.Second(b);
        await fixture.Name(other, Hints);
        var handle = await a.Dialog(b);
        await Settled(b, a, handle);
        var call = Opaque.Uuid();
        (await a.Ask(Send, Signal(handle, ring: "start", call: call))).Done();
        foreach (var phone in new[] { b, other })
        {
            Expect.Equal("start", (await Told(phone, handle)).Payload.Text("ring"));
        }

        var answer = Signal(handle, call: call);
        answer["answered"] = true;
        (await b.Ask(Send, answer)).Done();
        var told = (await Told(a, handle)).Payload;
        Expect.Equal(("none", true), (told.Text("ring"), told.GetProperty("answered").GetBoolean()));
        told = (await Told(other, handle)).Payload;
        Expect.Equal(("stop", call, b.UserId), (told.Text("ring"), told.Text("callUuid"), told.Text("userId")));

        // Neither finds it ringing later.
        foreach (var phone in new[] { b, other })
        {
            await phone.Connection.Cut();
            await phone.Connect(fixture.Url);
            (await phone.Authenticate([Hints])).Done();
            (await a.Ask(Send, Signal(handle))).Done();
            Expect.Equal("none", (await Told(phone, handle)).Payload.Text("ring"));
        }
    }

    private static async Task NotEverybodyIsRung(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints, "preferences"));
        var handle = await a.Dialog(b);

        // Who never wrote is not rung, be it connected or not.
        (await a.Ask(Send, Signal(handle, ring: "start", call: Opaque.Uuid()))).Done();
        await OnlyHears(a, b, handle);

        // Who wrote and has muted the conversation is told, and finds no ring later.
        await Settled(b, a, handle);
        (await b.Ask("RequestSetConversationPreferences", new { conversationUuid = handle.Uuid, mutedUntil = -1 })).Done();
        (await a.Ask(Send, Signal(handle, ring: "start", call: Opaque.Uuid()))).Done();
        Expect.Equal("start", (await Told(b, handle)).Payload.Text("ring"));
        await b.Connection.Cut();
        await b.Connect(fixture.Url);
        (await b.Authenticate([Hints])).Done();
        await OnlyHears(a, b, handle);

        // In a group who blacklisted the sender hears nothing of it.
        var group = await a.Group(b);
        (await b.Ask("AddBlackList", new { userId = a.UserId })).Done();
        (await a.Ask(Send, Signal(group, to: [b]))).Done();
        (await b.Ask("RemoveBlackList", new { userId = a.UserId })).Done();
        await OnlyHears(a, b, group);
    }

    private static async Task BlockedDialogsTakeNone(CheckFixture fixture)
    {
        var (a, b, stranger) = (await fixture.Person(Hints), await fixture.Person(Hints), await fixture.Person(Hints));
        var handle = await a.Dialog(b);
        (await stranger.Ask(Send, Signal(handle))).Refused("not_found");
        (await b.Ask("AddBlackList", new { userId = a.UserId })).Done();
        (await a.Ask(Send, Signal(handle))).Refused("forbidden");
        (await b.Ask("RemoveBlackList", new { userId = a.UserId })).Done();
        (await a.Ask(Send, Signal(handle))).Done();
        (await b.Leave(handle)).Done();
        (await a.Ask(Send, Signal(handle))).Refused("forbidden");
    }

    private static async Task CallsAreLimited(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints));
        var handle = await a.Dialog(b);
        await Settled(b, a, handle);
        List<string> calls = [];
        for (var i = 0; i < 6; i++)
        {
            calls.Add(Opaque.Uuid());
            (await a.Ask(Send, Signal(handle, ring: "start", call: calls[i]))).Done();
        }

        var refused = await a.Ask(Send, Signal(handle, ring: "start", call: Opaque.Uuid()));
        refused.Refused("too_many_requests");
        Expect.True(Limit.Seconds(refused.Description!) is not null, $"no seconds at the end of '{refused.Description}'");
        foreach (var call in calls)
        {
            // To call off is never too much.
            (await a.Ask(Send, Signal(handle, ring: "stop", call: call))).Done();
        }
    }

    /// <summary>The next signal of this conversation: what rings from another is no matter of the check's.</summary>
    private static Task<Notified> Told(Phone phone, ConversationHandle handle) => phone.Notified(Heard, told => told.Payload.Is("conversationUuid", handle.Uuid));

    private static IEnumerable<Notified> Left(Phone phone, ConversationHandle handle) =>
        phone.Connection.Inbox.Left(Heard).Where(told => told.Payload.Is("conversationUuid", handle.Uuid));

    private static async Task OnlyHears(Phone from, Phone phone, ConversationHandle handle)
    {
        var next = Signal(handle, to: [phone]);
        (await from.Ask(Send, next)).Done();
        Expect.Equal(next["signalUuid"], (await Told(phone, handle)).Payload.Text("signalUuid"));
    }

    /// <summary>Both have written, and the first has heard the other's message, whose cursor this is.</summary>
    private static async Task<string?> Settled(Phone phone, Phone other, ConversationHandle handle)
    {
        await phone.Say(handle);
        await phone.Hear((await other.Say(handle)).Text("uuid")!);
        return phone.LastCursor();
    }

    private static Dictionary<string, object?> Signal(ConversationHandle handle, string ring = "none", string? call = null, Phone[]? to = null) => new()
    {
        ["signalUuid"] = Opaque.Uuid(),
        ["callUuid"] = call,
        ["conversationUuid"] = handle.Uuid,
        ["toUserIds"] = to?.Select(phone => phone.UserId).ToArray(),
        ["sessionKeyUuid"] = handle.Key,
        ["ivBase64"] = Opaque.Base64(12),
        ["bodyEncryptedBase64"] = Opaque.Base64(200),
        ["ring"] = ring,
        ["answered"] = false,
    };
}
