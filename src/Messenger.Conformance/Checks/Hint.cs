using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Messages that say how they want to be told.</summary>
internal static class HintChecks
{
    private const string Hints = "hints";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A silent message is told and stored, and counts nowhere", ["HINT-1"], ASilentMessageCountsNowhere),
        new("Who named the feature sees which message is silent", ["HINT-2", "EXT-1"], WhoNamedItSeesIt),
        new("An unknown kind is refused, an urgent message is a message", ["HINT-3"], KindsAreKnown),
        new("A repeat has the kind of the first", ["HINT-4"], ARepeatHasTheFirstKind),
    ];

    private static async Task ASilentMessageCountsNowhere(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person(Hints, "sync"));
        var (quiet, other) = (await a.Group(b), await a.Group(b));
        var loud = await a.Say(quiet);
        await b.Hear(loud.Text("uuid")!);
        await a.Say(other);
        (await b.Do("RequestMarkAllReaded", quiet)).Done();

        var silent = (await Send(a, quiet, "silent")).Done().GetProperty("message");
        var uuid = silent.Text("uuid")!;
        Expect.Equal(uuid, (await b.Hear(uuid)).Text("uuid"));
        var seen = await b.Conversation(quiet);
        Expect.Equal(0L, seen.GetProperty("conversation").Number("unreadedCounter"));
        Expect.Equal(loud.Number("created"), seen.GetProperty("conversation").Number("lastMessage"));
        Expect.Equal(uuid, seen.GetProperty("lastMessage").Text("uuid"));
        Expect.Equal(uuid, (await b.Newer(quiet, loud.Text("uuid"))).Single().Text("uuid"));

        // The order of the list, in both of its forms.
        foreach (var list in new[]
        {
            (await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done(),
            (await b.Ask("RequestSync", new { token = (string?)null, limit = 50 })).Done(),
        })
        {
            Expect.Equal([other.Uuid, quiet.Uuid], list.Items("conversations").Select(conversation => conversation.Text("uuid")!).Take(2));
            var one = list.Items("conversations").Single(conversation => conversation.Is("uuid", quiet.Uuid));
            Expect.Equal((0L, loud.Number("created")), (one.Number("unreadedCounter"), one.Number("lastMessage")));
            Expect.Contains(list.Items("lastMessages"), message => message.Is("uuid", uuid));
            Expect.DoesNotContain(list.GetProperty("firstUnreadMessageUuid").EnumerateArray(), first => first.GetString() == uuid);
        }

        // The server's counters count it.
        (await b.Read(quiet, uuid)).Done();
        await a.Notified("UpdatedMessageNotification", told => told.Payload.Is("uuid", uuid) && told.Payload.Number("readedMembers") == 2);

        // What comes behind it counts again.
        var next = await a.Say(quiet);
        await b.Hear(next.Text("uuid")!);
        seen = await b.Conversation(quiet);
        Expect.Equal((1L, next.Number("created")), (seen.GetProperty("conversation").Number("unreadedCounter"), seen.GetProperty("conversation").Number("lastMessage")));
    }

    private static async Task WhoNamedItSeesIt(CheckFixture fixture)
    {
        var (a, b, plain) = (await fixture.Person(Hints), await fixture.Person(Hints), await fixture.Person());
        var handle = await a.Group(b, plain);
        var said = (await Send(a, handle, "silent")).Done().GetProperty("message");
        Expect.Equal("silent", said.Text("kind"));
        Expect.Equal("silent", (await b.Hear(said.Text("uuid")!)).Text("kind"));
        Expect.Equal("silent", (await b.Older(handle, null))[0].Text("kind"));
        Expect.False((await plain.Hear(said.Text("uuid")!)).TryGetProperty("kind", out _));
        Expect.False((await plain.Older(handle, null))[0].TryGetProperty("kind", out _));
        Expect.False((await a.Say(handle)).TryGetProperty("kind", out _));
    }

    private static async Task KindsAreKnown(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person());
        var handle = await a.Group(b);
        (await Send(a, handle, "loud")).Refused("bad_request");
        foreach (var kind in new[] { "normal", "urgent" })
        {
            var said = (await Send(a, handle, kind)).Done().GetProperty("message");
            await b.Hear(said.Text("uuid")!);
        }

        Expect.Equal(2L, (await b.Conversation(handle)).GetProperty("conversation").Number("unreadedCounter"));
    }

    private static async Task ARepeatHasTheFirstKind(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Hints), await fixture.Person());
        var handle = await a.Group(b);
        var uuid = Opaque.Uuid();
        (await Send(a, handle, "silent", uuid)).Done();
        Expect.Equal("silent", (await Send(a, handle, "normal", uuid)).Done().GetProperty("message").Text("kind"));
        await b.Hear(uuid);
        Expect.Equal(0L, (await b.Conversation(handle)).GetProperty("conversation").Number("unreadedCounter"));
    }

    private static Task<Response> Send(Phone me, ConversationHandle handle, string kind, string? uuid = null)
    {
        var draft = JsonSerializer.SerializeToNode(handle.Draft(uuid))!.AsObject();
        draft["kind"] = kind;
        return me.Ask("RequestAddMessage", draft);
    }
}
