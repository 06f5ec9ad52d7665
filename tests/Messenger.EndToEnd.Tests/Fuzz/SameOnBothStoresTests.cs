using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.Testing.Servers;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Fuzz;

/// <summary>
/// The same odd frames, of every request, to a server on SQLite and to one on PostgreSQL: both answer the same and read back the same. What a
/// store takes is no property of the store. Only what a server draws itself (times, uuids, signatures) may differ, and it may not differ in kind.
/// </summary>
/// <remarks>
/// <c>tests/run --minutes N</c> goes on with one seed after the other; <c>MESSENGER_FUZZ_SEED</c> begins with another, <c>MESSENGER_FUZZ_EACH</c>
/// sends more of each request.
/// </remarks>
[Trait("Category", "Cluster")]
public class SameOnBothStoresTests(ITestOutputHelper output)
{
    private static readonly int FirstSeed = Number("MESSENGER_FUZZ_SEED", 20_261_130);
    private static readonly int Each = Number("MESSENGER_FUZZ_EACH", 12);
    private static readonly int Minutes = Number("MESSENGER_CHAOS_MINUTES", 0);

    [Fact]
    public async Task Both_stores_take_the_same_answer_the_same_and_give_the_same_back()
    {
        await using var postgres = await PostgresServer.Start();
        await using var redis = await RedisServer.Start();
        var database = postgres.CreateDatabase();
        var cluster = $"test-{Guid.NewGuid():N}";
        var files = Directory.CreateTempSubdirectory("messenger-same-files-");
        ServerSettings Other() => ServerSettings.InCluster("all", database, redis.ConnectionString, cluster, ("Files__Directory", files.FullName));
        await ServerProcess.RunAsync(Other(), "migrate");
        await using var embedded = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await using var other = await ServerProcess.StartAsync(Other());

        var since = Stopwatch.StartNew();
        var seed = FirstSeed;
        do
        {
            output.WriteLine($"MESSENGER_FUZZ_SEED={seed}");
            var sent = await Round(new Random(seed), $"MESSENGER_FUZZ_SEED={seed}", embedded.Settings, other.Settings);
            output.WriteLine($"{sent} frames to each");
            seed++;
        }
        while (since.Elapsed < TimeSpan.FromMinutes(Minutes));
    }

    private static async Task<int> Round(Random random, string seed, params ServerSettings[] servers)
    {
        var (damage, odd) = (new Damage(random), new OddTexts(random));
        var sent = 0;
        foreach (var (type, example) in DamagedRequestTests.Requests())
        {
            Account[] people = [Account.New(), Account.New()];
            var sides = await Task.WhenAll(servers.Select(server => Side.Open(server, people)));
            try
            {
                var (conversation, creation) = sides[0].Me.Creation(isDialog: false, admins: [], members: [sides[0].Other]);
                var message = Opaque.Uuid();
                var draft = conversation.Draft(message, hasFiles: true);
                foreach (var side in sides)
                {
                    (await side.Me.Ask("RequestCreateConversationFull", creation)).Done();
                    (await side.Me.Ask("RequestAddMessage", draft)).Done();
                }

                var alive = DamagedRequestTests.Alive(example, sides[0].Me, sides[0].Other, conversation, message);
                for (var at = 0; at < Each; at++)
                {
                    if (random.Next(2) == 0)
                    {
                        // A new one each time, else all but the first are repeats.
                        alive["messageUuid"] = alive["messageUuid"] is not null && type == "RequestAddMessage" ? new Guid(Bytes(random, 16)).ToString() : alive["messageUuid"]?.DeepClone();
                    }

                    var payload = random.Next(3) == 0 ? damage.Of(alive) : odd.Of(alive);
                    var frame = $$"""{"type":"{{type}}","id":"{{at}}","payload":{{payload}}}""";
                    await Same(sides, side => side.Ask(at.ToString(CultureInfo.InvariantCulture), frame, guest: type is "RequestAuthenticationByApplication"), $"{seed}, {type} {at}", frame);
                    sent++;
                }

                var file = odd.Name();
                await Same(sides, side => side.Upload(conversation, message, file), $"{seed}, a file with {type}", file);
                await Same(sides, side => side.ReadBack(conversation, message), $"{seed}, read back after {type}", "");
            }
            finally
            {
                foreach (var side in sides)
                {
                    await side.DisposeAsync();
                }
            }
        }

        return sent;
    }

    private static async Task Same(Side[] sides, Func<Side, Task<string>> act, string what, string sent)
    {
        var told = await Task.WhenAll(sides.Select(act));
        Assert.True(told[0] == told[1], $"{what}:\nSQLite     {Shown(told[0])}\nPostgreSQL {Shown(told[1])}\nsent {Shown(sent)}");
        Assert.DoesNotContain("\"internal\"", told[0], StringComparison.Ordinal);
    }

    private static string Shown(string text) => text.Length < 4000 ? text : text[..4000] + "...";

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>Two people on one of the servers.</summary>
    private sealed class Side(ServerSettings server, Phone me, Phone other) : IAsyncDisposable
    {
        private readonly Telling _telling = new([me.UserId, other.UserId]);

        public Phone Me => me;

        public Phone Other => other;

        public static async Task<Side> Open(ServerSettings server, Account[] people) => new(
            server, await Phone.Join(server.WebSocket, people[0], withKeys: false), await Phone.Join(server.WebSocket, people[1], withKeys: false));

        /// <summary>The answer, or how the connection ended; what a client is told of it anyway, and nothing that the server drew.</summary>
        public async Task<string> Ask(string id, string frame, bool guest)
        {
            if (guest || !me.IsConnected)
            {
                await me.Connect(server.WebSocket);
                if (!guest)
                {
                    // Who deleted the account meanwhile is a stranger on both.
                    await me.Authenticate();
                }
            }

            try
            {
                var reply = await me.Connection.AskText(id, frame);
                return $"{reply.Type} {_telling.Of(reply.Payload)}";
            }
            catch (ConnectionBrokenException)
            {
                return $"closed with {(await me.Connection.Ended).Code}";
            }
        }

        public async Task<string> Upload(ConversationHandle conversation, string message, string name)
        {
            using var fileClient = new FileClient(server.Http, me);
            using var shot = await fileClient.OneShot(conversation, message, name, [1, 2, 3]);
            using var created = await fileClient.Create(FileClient.Metadata(conversation, message, name + "2"), "3");
            return $"{(int)shot.StatusCode} {(int)created.StatusCode}";
        }

        public async Task<string> ReadBack(ConversationHandle conversation, string message)
        {
            if (!me.IsConnected)
            {
                await me.Connect(server.WebSocket);
            }

            await me.Authenticate();
            var told = new List<string>();
            foreach (var (phone, type, payload) in new (Phone, string, object)[]
            {
                (me, "RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, size = 100, uuid = (string?)null }),
                (me, "RequestGetConversationFull", new { conversationUuid = conversation.Uuid, userId = (string?)null }),
                (me, "GetNicks", new { conversationUuid = conversation.Uuid }),
                (me, "RequestGetFilesFast", new { conversationUuid = conversation.Uuid, messageUuid = message }),
                (me, "RequestGetMembersList", new { conversationUuid = conversation.Uuid }),
                (me, "RequestGetConversationsFull", new { userId = (string?)null }),
                (me, "GetParams", new { userId = (string?)null }),
                (me, "RequestGetContactList", new { userId = (string?)null }),
                (me, "GetBlackList", new { userId = (string?)null }),
                (me, "RequestGetApplicationsFull", new { confirmed = (bool?)null }),
                (other, "RequestGetUserInfoMulti", new { userIds = new[] { me.UserId, other.UserId } }),
                (other, "RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, size = 100, uuid = (string?)null }),
            })
            {
                var reply = await phone.Ask(type, payload);
                told.Add($"{type} {reply.Type} {_telling.Of(reply.Payload)}");
            }

            return string.Join('\n', told);
        }

        public async ValueTask DisposeAsync()
        {
            await me.DisposeAsync();
            await other.DisposeAsync();
        }
    }

    /// <summary>Makes what a server drew itself comparable: by what it is, and by which of its own it is.</summary>
    private sealed class Telling(string[] people)
    {
        /// <summary>Milliseconds of this century: what else is that large was sent by the test, and comes back as it was sent.</summary>
        private const long EarliestTime = 1_600_000_000_000;

        private const long LatestTime = 4_000_000_000_000;

        /// <summary>Of an application's name, which each server draws.</summary>
        private const int NameLength = 22;

        private readonly Dictionary<string, string> _own = new(StringComparer.OrdinalIgnoreCase);

        public string Of(JsonElement payload) => Plain(JsonNode.Parse(payload.GetRawText()), "")?.ToJsonString() ?? "null";

        private JsonNode? Plain(JsonNode? node, string member) => node switch
        {
            JsonObject members => new JsonObject(members.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Key, Plain(one.Value, one.Key)))),
            JsonArray items => new JsonArray([.. items.Select(item => Plain(item, member))]),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>(), member),
            JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number) && number is > EarliestTime and < LatestTime => "a time",
            _ => node?.DeepClone(),
        };

        /// <summary>Uuids of events and keys are the server's own; where it stands in a URL, so are the host and the signature.</summary>
        private string Text(string text, string member) =>
            people.Contains(text) ? text
            : text.StartsWith("http://", StringComparison.Ordinal) ? new Uri(text).AbsolutePath
            : member is "uuid" or "sessionKeyUuid" or "keyPairUuid" or "fromSessionKeyUuid" && (Guid.TryParseExact(text, "D", out _) || (member == "uuid" && text.Length == NameLength))
                ? _own.TryGetValue(text, out var known) ? known : _own[text] = $"uuid {_own.Count}"
            : text;
    }
}
