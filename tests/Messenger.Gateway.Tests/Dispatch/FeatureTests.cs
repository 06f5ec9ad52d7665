using System.Text.Json;
using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Who names a feature gets what belongs to it, and nobody else does: in answers, notifications and replays.</summary>
public sealed class FeatureTests
{
    private static readonly byte[] Payload = """{"message":{"uuid":"1"}}"""u8.ToArray();

    private static readonly SerializedNotification Seed = new(nameof(NotificationConversationDeleted), """{"uuid":"the end"}"""u8.ToArray(), true, null, 0);

    private static readonly SerializedNotification Extended = new(nameof(NotificationAddedMessageToConversation), Payload, true, null, 0)
    {
        Additions = [Addition.Last(Features.Errors, Payload, 2, "kind", "silent")],
    };

    private static readonly SerializedNotification OfErrors = new("NotificationOfErrors", "{}"u8.ToArray(), true, null, 0) { Feature = Features.Errors };

    [Fact]
    public async Task A_session_that_named_nothing_is_told_what_the_seed_has()
    {
        await using var server = await GatewayServer.Start();
        using var client = await Login(server, "");

        Publish(server, OfErrors, Extended, Seed);

        Assert.Equal("""{"message":{"uuid":"1"}}""", (await Next(client, nameof(NotificationAddedMessageToConversation))).GetRawText());
        await Next(client, nameof(NotificationConversationDeleted));
    }

    [Fact]
    public async Task A_session_that_named_it_is_told_all_of_it()
    {
        await using var server = await GatewayServer.Start();
        using var client = await Login(server, ""","features":["errors","of tomorrow"]""");

        Publish(server, OfErrors, Extended, Seed);

        await Next(client, "NotificationOfErrors");
        Assert.Equal("""{"message":{"uuid":"1","kind":"silent"}}""", (await Next(client, nameof(NotificationAddedMessageToConversation))).GetRawText());
        await Next(client, nameof(NotificationConversationDeleted));
    }

    /// <summary>What lies in an inbox is whole: who takes it decides what is seen.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData(""","features":["errors"]""", true)]
    public async Task A_replay_is_filtered_by_what_the_session_named_that_takes_it(string named, bool whole)
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IDeviceGrain.Connect), _ => Task.FromResult(new Connected(7, 0, [OfErrors, Extended, Seed], false, StubGrains.Silo)));
        using var client = await Login(server, named);

        if (whole)
        {
            await Next(client, "NotificationOfErrors");
        }

        Assert.Equal(whole, (await Next(client, nameof(NotificationAddedMessageToConversation))).GetProperty("message").TryGetProperty("kind", out _));
        await Next(client, nameof(NotificationConversationDeleted));
    }

    [Fact]
    public async Task An_answer_that_comes_as_JSON_has_what_its_asker_named()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IConversationGrain.AddMessages), _ => Task.FromResult<Result<SerializedResponse>[]>([new SerializedResponse(Payload) { Additions = Extended.Additions }]));
        using var plain = await Login(server, "");
        await plain.Send(Message);
        Assert.Equal("""{"message":{"uuid":"1"}}""", (await Next(plain, nameof(ResponseAddedMessage))).GetRawText());

        using var naming = await Login(server, ""","features":["errors"]""", "another application");
        await naming.Send(Message);
        Assert.Equal("""{"message":{"uuid":"1","kind":"silent"}}""", (await Next(naming, nameof(ResponseAddedMessage))).GetRawText());
    }

    [Fact]
    public async Task Grains_learn_what_the_session_named()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IConversationGrain.AddMessages), _ => Task.FromResult<Result<SerializedResponse>[]>([new SerializedResponse(Payload)]));
        using var client = await Login(server, ""","features":["errors","sync"]""");
        await client.Send(Message);
        await Next(client, nameof(ResponseAddedMessage));

        Assert.Equal(Features.Errors | (Features.Sync & FeatureNames.Served), ((Caller)server.Grains.Calls(nameof(IConversationGrain.AddMessages)).Single().Args[0]!).Features);
    }

    [Fact]
    public async Task A_feature_that_is_off_is_not_offered_and_not_given()
    {
        await using var server = await GatewayServer.Start(options => options.FeaturesOff = Features.Errors);
        using var client = await Login(server, ""","features":["errors"]""");
        await client.Send("""{"type":"RequestPing","payload":{"when":1}}""");
        Assert.False((await Next(client, nameof(ResponsePong))).TryGetProperty("now", out _));

        await client.Send("""{"type":"RequestGetServerSettings","payload":{"features":[]}}""");
        Assert.DoesNotContain("errors", (await Next(client, nameof(ResponseServerSettings))).GetProperty("features").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Refusals_say_when_to_come_back()
    {
        await using var server = await GatewayServer.Start(options => options.MessagesPerMinute = 1);
        server.Grains.On(nameof(IConversationGrain.AddMessages), _ => Task.FromResult<Result<SerializedResponse>[]>([new SerializedResponse(Payload)]));
        server.Grains.On(nameof(IConversationGrain.AddMessagesUnlessNew), call => Task.FromResult<Result<SerializedResponse>[]>([((Immutable<Error?[]>)call.Args[2]!).Value[0]!]));
        using var client = await Login(server, ""","features":["errors"]""");
        await client.Send(Message);
        await Next(client, nameof(ResponseAddedMessage));
        await client.Send(Message);
        var error = await client.Status();

        Assert.Equal(Statuses.TooManyRequests, error.Status);
        var seconds = int.Parse(error.Description!.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(error.RetryAfterMs!.Value, seconds * 1000L, seconds * 1250L);

        using var plain = await Login(server, "", "another application");
        await plain.Send(Message);
        Assert.Null((await plain.Status()).RetryAfterMs);
    }

    [Fact]
    public async Task A_login_with_a_cursor_says_how_it_goes_on()
    {
        await using var server = await GatewayServer.Start();
        foreach (var (resync, cursor, expected) in new[] { (true, ""","resumeCursor":"1-1" """, "resync"), (false, ""","resumeCursor":"1-1" """, "continued"), (false, "", null) })
        {
            server.Grains.On(nameof(IDeviceGrain.Connect), _ => Task.FromResult(new Connected(7, 0, [], resync, StubGrains.Silo)));
            using var client = await server.Connect();
            await client.Send(Auth($"{cursor},\"features\":[\"errors\"]"));
            var answer = await client.Status();
            Assert.Equal(("ok", expected, resync ? "resync" : null), (answer.Status, answer.Resume, answer.Description));

            using var plain = await server.Connect();
            await plain.Send(Auth(cursor));
            Assert.Null((await plain.Status()).Resume);
        }
    }

    [Fact]
    public async Task A_login_that_is_refused_is_answered_by_what_it_named_itself()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => Task.FromResult<Result<Caller>>(Error.Unavailable("not now", 2)));
        using var client = await server.Connect();
        await client.Send(Auth(""","features":["errors"]"""));
        Assert.InRange((await client.Status()).RetryAfterMs!.Value, 2000, 2500);

        await client.Send(Auth(""));
        Assert.Null((await client.Status()).RetryAfterMs);
    }

    [Fact]
    public async Task A_ping_tells_the_time_and_settings_tell_what_is_offered()
    {
        await using var server = await GatewayServer.Start();
        using var client = await Login(server, ""","features":["errors"]""");
        await client.Send("""{"type":"RequestPing","payload":{"when":1}}""");
        Assert.Equal(server.Time.GetUtcNow().ToUnixTimeMilliseconds(), (await Next(client, nameof(ResponsePong))).GetProperty("now").GetInt64());

        await client.Send("""{"type":"RequestGetServerSettings"}""");
        Assert.Equal(4, (await Next(client, nameof(ResponseServerSettings))).EnumerateObject().Count());

        await client.Send("""{"type":"RequestGetServerSettings","payload":{"features":[]}}""");
        var settings = await Next(client, nameof(ResponseServerSettings));
        Assert.Equal(FeatureNames.Of(FeatureNames.Served), settings.GetProperty("features").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal(65536, settings.GetProperty("limits").GetProperty("bodyBytes").GetInt32());
        Assert.Equal(16, settings.GetProperty("etag").GetString()!.Length);
    }

    private const string Message =
        """
        {"type":"RequestAddMessage","payload":{"bodyEncryptedBase64":"AA==","ivBase64":"AA==","conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e",
        "messageUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e","sessionKeyUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e","hasFiles":false}}
        """;

    private static string Auth(string more, string uuid = "app") =>
        $$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"{{{uuid}}}"{{{more}}}}}""";

    private static async Task<TestClient> Login(GatewayServer server, string more, string uuid = "app")
    {
        var client = await server.Connect();
        await client.Send(Auth(more, uuid));
        Assert.Equal("ok", (await client.Status()).Status);
        return client;
    }

    private static void Publish(GatewayServer server, params SerializedNotification[] notifications)
    {
        for (var at = 0; at < notifications.Length; at++)
        {
            server.Publish(new GatewayEvent(0, 7, at + 1, notifications[at], CloseCode.None));
        }
    }

    private static async Task<JsonElement> Next(TestClient client, string type)
    {
        var frame = await client.Json();
        Assert.Equal(type, frame.GetProperty("type").GetString());
        return frame.GetProperty("payload");
    }
}
