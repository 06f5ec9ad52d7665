using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Fuzz;

/// <summary>
/// Every request of the catalogue, about things that exist, damaged: the whole server answers each with a status of the protocol, never
/// <c>internal</c>, and closes only as the protocol says.
/// </summary>
/// <remarks><c>MESSENGER_FUZZ_SEED</c> gives other damage, <c>MESSENGER_FUZZ_EACH</c> more of it.</remarks>
public class DamagedRequestTests(SharedServer server) : OnSharedServer(server)
{
    private static readonly int Seed = Number("MESSENGER_FUZZ_SEED", 20_261_123);
    private static readonly int Each = Number("MESSENGER_FUZZ_EACH", 30);

    private static readonly string[] Refusals = ["ok", "bad_request", "unauthenticated", "forbidden", "not_found", "conflict"];

    /// <summary>What the protocol closes a connection with that sends what no client would.</summary>
    private static readonly int[] Closes = [1007, 1008, 1009];

    private readonly Random _random = new(Seed);

    [Fact]
    public async Task A_damaged_request_gets_a_status()
    {
        var damage = new Damage(_random);
        var (me, other) = await Two();
        foreach (var (type, example) in Requests())
        {
            // Asked of by who logs in as well: a stranger's connection is what it is sent on then.
            var asking = type is "RequestAuthenticationByApplication" ? await Stranger() : me;
            var conversation = await me.Group(other);
            var message = Opaque.Uuid();
            (await me.Ask("RequestAddMessage", conversation.Draft(message))).Done();
            var alive = Alive(example, me, other, conversation, message);
            for (var at = 0; at < Each; at++)
            {
                await Try(asking, asking == me, type, damage.Of(alive), $"seed {Seed}, {type} {at}");
            }
        }

        (await me.Ask("RequestPing", new { })).Done();
    }

    [Fact]
    public async Task A_damaged_cursor_resumes_or_resynchronises()
    {
        var damage = new Damage(_random);
        var (me, other) = await Two();
        var conversation = await me.Group(other);
        await other.Say(conversation);
        await me.Notified(ConversationSteps.AddedMessage);
        var cursor = me.LastCursor()!;
        for (var at = 0; at < Each; at++)
        {
            await me.Connect(Server.WebSocket);

            // Before the login a message has 16 KiB at most.
            var reply = await me.Authenticate(at == 0 ? new string('c', 10_000) : damage.Of(cursor));
            Assert.True(reply is { Status: "ok", Description: null or "resync" } or { Status: "bad_request" }, $"seed {Seed}, cursor {at}: {reply.Payload}");
        }
    }

    [Fact]
    public async Task A_damaged_signature_opens_nothing()
    {
        var damage = new Damage(_random);
        var (me, other) = await Two();
        var conversation = await me.Group(other);
        using var mine = new FileClient(Server.Http, me);
        var message = await FileClient.WithFiles(me, conversation);
        (await mine.OneShot(conversation, message, "name", [1, 2, 3])).Dispose();
        var url = new Uri((await FileClient.FilesOf(me, conversation, message))[0].Text("downloadUrl")!).PathAndQuery;
        using var nobody = new FileClient(Server.Http, null);
        for (var at = 0; at < 4 * Each; at++)
        {
            var damaged = damage.Of(url);
            if (damaged == url || !Uri.TryCreate(Server.Http, "/" + damaged.TrimStart('/'), out var tried) || tried.PathAndQuery == url)
            {
                continue;
            }

            using var answer = await nobody.Send(HttpMethod.Get, tried.PathAndQuery);
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound,
                $"seed {Seed}: {answer.StatusCode} for {tried.PathAndQuery}, made of {url}");
        }
    }

    [Fact]
    public async Task Damaged_metadata_is_refused_or_taken_and_nothing_breaks()
    {
        var damage = new Damage(_random);
        var (me, other) = await Two();
        var conversation = await me.Group(other);
        using var mine = new FileClient(Server.Http, me);
        var message = await FileClient.WithFiles(me, conversation);
        var metadata = FileClient.Metadata(conversation, message, "name");
        for (var at = 0; at < 4 * Each; at++)
        {
            var (damaged, length) = (at % 4 == 0 ? metadata : damage.Of(metadata), at % 4 == 0 ? damage.Of("1000") : "1000");
            using var answer = await mine.Create(damaged, length);
            Assert.True((int)answer.StatusCode is 201 or (>= 400 and < 500), $"seed {Seed}: {answer.StatusCode} for {damaged} of {length}");
            if (answer.Headers.Location is { } made)
            {
                (await mine.Send(HttpMethod.Delete, made.AbsolutePath, null, ("Tus-Resumable", "1.0.0"))).Dispose();
            }
        }
    }

    private async Task Try(Phone phone, bool registered, string type, string payload, string what)
    {
        var id = Guid.NewGuid().ToString("N");
        try
        {
            var reply = await phone.Connection.AskText(id, $$"""{"type":"{{type}}","id":"{{id}}","payload":{{payload}}}""");
            Assert.True(reply.Status is null || Refusals.Contains(reply.Status), $"{what}: {reply.Payload} for {Shown(payload)}");
        }
        catch (ConnectionBrokenException)
        {
            var ended = await phone.Connection.Ended;
            Assert.True(ended.Code is { } code && Closes.Contains(code), $"{what}: closed with {ended.Code} for {Shown(payload)}");
            await phone.Connect(Server.WebSocket);
            if (registered)
            {
                (await phone.Authenticate()).Done();
            }
        }
    }

    private static string Shown(string payload) => payload.Length < 2000 ? payload : payload[..2000] + "...";

    internal static IEnumerable<(string Type, JsonObject Example)> Requests()
    {
        using var catalogue = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "catalogue.json")));
        return
        [
            .. catalogue.RootElement.GetProperty("exchanges").EnumerateArray()
                .Select(one => (Type: one.GetProperty("request").GetString()!, Example: JsonNode.Parse(one.GetProperty("requestExample").GetRawText()) as JsonObject ?? []))
                .DistinctBy(one => one.Type),
        ];
    }

    /// <summary>The example with what exists here in the places of what existed there. What would end the actor stays what it was.</summary>
    internal static JsonObject Alive(JsonObject example, Phone me, Phone other, ConversationHandle conversation, string message)
    {
        var alive = (JsonObject)example.DeepClone();
        foreach (var name in alive.Select(member => member.Key).ToList())
        {
            alive[name] = name switch
            {
                "conversationUuid" => conversation.Uuid,
                "sessionKeyUuid" => conversation.Key,
                "messageUuid" or "fromMessageUuid" => message,
                "messageUuids" or "uuids" => new JsonArray(message),
                "userIds" or "checkUserList" => new JsonArray(me.UserId, other.UserId),
                "userId" => me.UserId,
                "sessionKeyValue" => JsonSerializer.SerializeToNode(Opaque.Key(me.UserId, me.UserId)),
                "sessionKeys" => new JsonArray(JsonSerializer.SerializeToNode(Opaque.Key(me.UserId, me.UserId)), JsonSerializer.SerializeToNode(Opaque.Key(me.UserId, other.UserId))),
                "admins" or "members" => new JsonObject { [other.UserId] = "wrapped" },
                "openUserId" => me.Account.OpenUserId,
                _ => alive[name]?.DeepClone(),
            };
        }

        return alive;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
