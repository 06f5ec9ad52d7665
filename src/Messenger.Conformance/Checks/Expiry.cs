using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Messages that expire. The shortest time is five seconds, and the sweep comes within a minute: these take as long.</summary>
internal static class ExpiryChecks
{
    private const string Expiry = "expiry";

    private const int Shortest = 5;

    /// <summary>The server's clock tells the time of which it is: what is waited for here is a little more than that.</summary>
    private static readonly TimeSpan Over = TimeSpan.FromSeconds(Shortest + 1);

    /// <summary>A minute, and a frame that takes as long as it may.</summary>
    private static readonly TimeSpan Swept = TimeSpan.FromMinutes(1.5);

    public static IReadOnlyList<Check> All { get; } =
    [
        new("An expired message is as deleted, swept or not", ["EXP-1"], AnExpiredMessageIsAsDeleted),
        new("The time is fixed when a message takes its place", ["EXP-2"], TheTimeIsFixed),
        new("A silent reply expires with what it answers", ["EXP-3"], ASilentReplyExpiresWithIt),
        new("Every device hears that a message expired, and its author is named", ["EXP-4", "EXP-5"], EveryDeviceHears),
        new("Who named the feature sees when a message expires", ["EXP-6", "EXT-1"], WhoNamedItSeesIt),
        new("Admins set the timer, which is an event", ["EXP-7"], AdminsSetTheTimer),
        new("Too short, too long and too often is refused", ["EXP-8"], BoundsAreKept),
    ];

    private static async Task AnExpiredMessageIsAsDeleted(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Expiry), await fixture.Person(Expiry, "sync"));
        var handle = await a.Group(b);
        var before = await a.Say(handle);
        var said = await Said(a, handle, Shortest);
        var uuid = said.Text("uuid")!;
        await b.Hear(uuid);
        Expect.Equal(2L, (await b.Conversation(handle)).GetProperty("conversation").Number("unreadedCounter"));
        var cursor = (await b.Older(handle, null))[0];
        Expect.False(cursor.Flag("deleted"));
        (await b.Read(handle, before.Text("uuid")!)).Done();
        await Task.Delay(Over);
        var list = (await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done();
        var page = (await b.Ask("RequestSync", new { token = (string?)null, limit = 50 })).Done();
        JsonElement[] shown =
        [
            (await b.Older(handle, null))[0], (await b.Newer(handle, before.Text("uuid"))).Single(),
            (await b.Ask("RequestGetMessagesByUuids", new { conversationUuid = handle.Uuid, uuids = new[] { uuid } })).Done().Items("messages").Single(),
            (await b.Conversation(handle)).GetProperty("lastMessage"),
            list.Items("lastMessages").Single(message => message.Is("uuid", uuid)), page.Items("lastMessages").Single(message => message.Is("uuid", uuid)),
        ];
        foreach (var message in shown)
        {
            Expect.True(message.Is("uuid", uuid) && message.Flag("deleted") && message.IsNull("bodyEncryptedBase64") && message.IsNull("ivBase64"), message.GetRawText());
        }

        // It is an anchor still, and unread nowhere.
        Expect.Equal(before.Text("uuid"), (await b.Older(handle, uuid))[0].Text("uuid"));
        Expect.Equal(0L, (await b.Conversation(handle)).GetProperty("conversation").Number("unreadedCounter"));
        foreach (var told in new[] { list, page })
        {
            Expect.Equal(0L, told.Items("conversations").Single(one => one.Is("uuid", handle.Uuid)).Number("unreadedCounter"));
            Expect.DoesNotContain(told.GetProperty("firstUnreadMessageUuid").EnumerateArray(), first => first.GetString() == uuid);
        }
    }

    private static async Task TheTimeIsFixed(CheckFixture fixture)
    {
        var a = await fixture.Person(Expiry);
        var handle = await a.Group(await fixture.Person());
        (await Set(a, handle, 1000)).Done();
        Expect.Equal(1000L, Lifetime(await Said(a, handle, null)));
        Expect.Equal(300L, Lifetime(await Said(a, handle, 300)));
        Expect.Equal(1000L, Lifetime(await Said(a, handle, 3000)));
        var uuid = Opaque.Uuid();
        var first = await Said(a, handle, null, uuid);
        (await Set(a, handle, 0)).Done();
        Expect.Equal(first.Number("expires"), (await Said(a, handle, 60, uuid)).Number("expires"));
        Expect.Equal(first.Number("expires"), (await a.Older(handle, null)).Single(message => message.Is("uuid", uuid)).Number("expires"));
        Expect.False((await Said(a, handle, null)).TryGetProperty("expires", out _));
        Expect.Equal(60L, Lifetime(await Said(a, handle, 60)));
    }

    private static async Task ASilentReplyExpiresWithIt(CheckFixture fixture)
    {
        var a = await fixture.Person(Expiry, "hints");
        var handle = await a.Group(await fixture.Person());
        var said = await Said(a, handle, 600);
        var silent = await Said(a, handle, null, reply: said.Text("uuid"), kind: "silent");
        Expect.Equal(said.Number("expires"), silent.Number("expires"));
        Expect.Equal(said.Number("expires"), (await Said(a, handle, 6000, reply: said.Text("uuid"), kind: "silent")).Number("expires"));
        Expect.False((await Said(a, handle, null, reply: said.Text("uuid"))).TryGetProperty("expires", out _));
    }

    private static async Task EveryDeviceHears(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Person(Expiry), await fixture.Person());
        var handle = await a.Group(b);
        var uuid = (await Said(a, handle, Shortest)).Text("uuid")!;
        await b.Hear(uuid);
        Timeouts.Use(Swept);
        try
        {
            foreach (var phone in new[] { a, b })
            {
                var told = await phone.Notified("DeleteMessageNotification", one => one.Payload.Is("messageUuid", uuid));
                Expect.Equal((handle.Uuid, a.UserId), (told.Payload.Text("conversationUuid"), told.Payload.Text("userId")));
                var left = (await phone.Older(handle, null)).Single(message => message.Is("uuid", uuid));
                Expect.True(left.Flag("deleted") && left.IsNull("bodyEncryptedBase64") && left.IsNull("ivBase64") && left.Is("userId", a.UserId));
            }
        }
        finally
        {
            Timeouts.Use(null);
        }
    }

    private static async Task WhoNamedItSeesIt(CheckFixture fixture)
    {
        var (a, b, plain) = (await fixture.Person(Expiry), await fixture.Person(Expiry), await fixture.Person());
        var handle = await a.Group(b, plain);
        (await Set(a, handle, 600)).Done();
        var said = await Said(a, handle, null);
        Expect.Equal(600L, Lifetime(said));
        Expect.Equal(said.Number("expires"), (await b.Hear(said.Text("uuid")!)).Number("expires"));
        Expect.Equal(said.Number("expires"), (await b.Older(handle, null))[0].Number("expires"));
        Expect.Equal(600L, (await b.Conversation(handle)).GetProperty("conversation").Number("expirySeconds"));
        Expect.False((await plain.Hear(said.Text("uuid")!)).TryGetProperty("expires", out _));
        Expect.False((await plain.Older(handle, null))[0].TryGetProperty("expires", out _));
        Expect.False((await plain.Conversation(handle)).GetProperty("conversation").TryGetProperty("expirySeconds", out _));
    }

    private static async Task AdminsSetTheTimer(CheckFixture fixture)
    {
        var (a, b, stranger) = (await fixture.Person(Expiry), await fixture.Person(), await fixture.Person());
        var group = await a.Group(b);
        (await Set(b, group, 60)).Refused("forbidden");
        (await Set(stranger, group, 60)).Refused("not_found");
        (await Set(a, group, 60)).Done();
        Expect.Equal(a.UserId, (await b.HearEvent(group, "ExpiryChanged")).Text("userId"));
        (await Set(a, group, 60)).Done();
        Expect.Equal(1, (await b.Older(group, null)).Count(message => message.Text("eventType") == "ExpiryChanged"));
        var dialog = await a.Dialog(b);
        (await Set(b, dialog, 60)).Done();
        (await b.Leave(dialog)).Done();
        (await Set(a, dialog, 0)).Refused("forbidden");
    }

    private static async Task BoundsAreKept(CheckFixture fixture)
    {
        var a = await fixture.Person(Expiry);
        var handle = await a.Group(await fixture.Person());
        foreach (var seconds in new[] { -1, 1, 4, 31_536_001 })
        {
            (await Set(a, handle, seconds)).Refused("bad_request");
            (await Send(a, handle, seconds)).Refused("bad_request");
        }

        (await Set(a, handle, 31_536_000)).Done();
        (await Send(a, handle, 0)).Done();
        for (var set = 1; set < 10; set++)
        {
            (await Set(a, handle, 100 + set)).Done();
        }

        (await Set(a, handle, 5)).Refused("too_many_requests");
        (await Set(a, handle, 109)).Done();
    }

    private static Task<Response> Set(Phone me, ConversationHandle handle, int seconds) =>
        me.Ask("RequestSetConversationExpiry", new { conversationUuid = handle.Uuid, seconds });

    private static long Lifetime(JsonElement message) => (message.Number("expires") - message.Number("created")) / 1000;

    private static async Task<JsonElement> Said(Phone me, ConversationHandle handle, int? seconds, string? uuid = null, string? reply = null, string? kind = null) =>
        (await Send(me, handle, seconds, uuid, reply, kind)).Done().GetProperty("message");

    private static Task<Response> Send(Phone me, ConversationHandle handle, int? seconds, string? uuid = null, string? reply = null, string? kind = null)
    {
        var draft = JsonSerializer.SerializeToNode(handle.Draft(uuid))!.AsObject();
        draft["replyMessageUuid"] = reply;
        if (seconds is not null)
        {
            draft["expireSeconds"] = seconds;
        }

        if (kind is not null)
        {
            draft["kind"] = kind;
        }

        return me.Ask("RequestAddMessage", draft);
    }
}
