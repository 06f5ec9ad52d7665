using System.Text.Json;
using Messenger.EndToEnd.Tests.Conformance;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;

namespace Messenger.EndToEnd.Tests.Cli;

/// <summary>A session that was recorded is played again: the same on the same server, and told where it is otherwise.</summary>
public class ReplayTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_session_plays_again_without_differences_as_often_as_one_likes()
    {
        using var folder = new Folder();
        var file = await Record(folder);

        for (var i = 0; i < 2; i++)
        {
            var sum = (await CliRun.ToEnd("replay", file, "--url", Server.WebSocket.ToString(), "--json")).Good().Json[^1];
            Assert.Equal(0, sum.Number("differences"));
            Assert.True(sum.Number("lines") > 20);
        }
    }

    [Fact]
    public async Task What_is_otherwise_is_told_with_its_line_and_place()
    {
        using var folder = new Folder();
        var file = await Record(folder);
        await using var proxy = await FaultyProxy.Start(Server.WebSocket, () => new Frames(
            frame => frame["payload"]!["message"]!["bodyEncryptedBase64"] = "AAAA", "NotificationAddedMessageToConversation"));

        var run = await CliRun.ToEnd("replay", file, "--url", proxy.Url.ToString(), "--json");

        Assert.Equal(4, run.Code);
        Assert.Contains(run.Json, line => line.TryGetProperty("place", out var place) && place.GetString() == "payload.message.bodyEncryptedBase64");
    }

    [Fact]
    public async Task What_does_not_come_and_what_is_too_much_is_told()
    {
        using var folder = new Folder();
        var file = await Record(folder);
        foreach (var (times, says) in new[] { (0, "it did not come"), (2, "nothing more") })
        {
            await using var proxy = await FaultyProxy.Start(Server.WebSocket, () => new Times(times, "NotificationTyping"));

            var run = await CliRun.ToEnd("replay", file, "--url", proxy.Url.ToString(), "--patience", "1");

            Assert.Equal(4, run.Code);
            Assert.Contains(says, run.Out, StringComparison.Ordinal);
        }
    }

    /// <summary>Two people register, meet, talk, use the server's own uuids, resume, and one is refused.</summary>
    private async Task<string> Record(Folder folder)
    {
        var (a, b) = (Keep(new Phone(Account.New())), Keep(new Phone(Account.New())));
        await a.Connect(Server.WebSocket);
        await a.Register();
        await a.Login();
        await b.Connect(Server.WebSocket);
        await b.Register();
        await b.Login();
        var conversation = await a.Group(b);
        await b.HearEvent(conversation, "Added");
        var said = (await a.Say(conversation)).Text("uuid")!;
        await b.Hear(said);
        var key = (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) } }))
            .Done().Text("sessionKeyUuid")!;
        await b.Notified("NotificationNewSessionKey");
        await b.HearEvent(conversation, "SessionKeyRegenerated");
        await b.Hear((await a.Ask("RequestAddMessage", conversation.Draft(key: key, reply: said))).Done().GetProperty("message").Text("uuid")!);
        (await b.Do("RequestTyping", conversation)).Done();
        await a.Notified("NotificationTyping");
        await b.Return(Server.WebSocket);
        (await b.Kick(conversation, a)).Refused("forbidden");
        (await b.Ask("RequestGetMessages", new { conversationUuid = conversation.Uuid, size = 10 })).Done();

        var file = Path.Combine(folder.Path, "session.transcript.jsonl");
        await File.WriteAllLinesAsync(file, Lines(("alice", a), ("bob", b)));
        return file;
    }

    private static IEnumerable<string> Lines(params (string Name, Phone Phone)[] sides)
    {
        yield return JsonSerializer.Serialize(new
        {
            transcript = 1,
            server = "ws://recorded.example/ws",
            started = DateTimeOffset.UnixEpoch,
            sides = sides.ToDictionary(side => side.Name, side => new { openUserId = side.Phone.Account.OpenUserId, userId = side.Phone.UserId, uuid = side.Phone.Account.Application }),
        });
        foreach (var (name, entry) in sides.SelectMany(side => side.Phone.History.Entries().Select(entry => (side.Name, entry))).OrderBy(item => item.entry.At))
        {
            object row = entry switch
            {
                Opened => new { at = 0, side = name, direction = "opened" },
                Ended => new { at = 0, side = name, direction = "closed", code = 1006, reason = string.Empty, by = "client" },
                Asked asked => new { at = 0, side = name, direction = "sent", frame = new { type = asked.Type, id = Id(entry, asked.Id), payload = asked.Payload } },
                Answered answer => new { at = 0, side = name, direction = "received", frame = new { type = answer.Type, id = Id(entry, answer.Id!), payload = answer.Payload } },
                Notified { Cursor: null } told => new { at = 0, side = name, direction = "received", frame = new { type = told.Type, payload = told.Payload } },
                Notified told => new { at = 0, side = name, direction = "received", frame = new { type = told.Type, cursor = told.Cursor, payload = told.Payload } },
                _ => throw new InvalidOperationException($"{entry}"),
            };
            yield return JsonSerializer.Serialize(row);
        }
    }

    /// <summary>Unique on its side, over all of its connections.</summary>
    private static string Id(Entry entry, string id) => $"{entry.Connection}.{id}";
}
