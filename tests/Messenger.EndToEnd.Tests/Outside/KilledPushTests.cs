using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;
using Microsoft.AspNetCore.Http;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>Pushes while the provider is away and the server is killed: whoever has to be woken is, and nobody else.</summary>
public sealed class KilledPushTests : IAsyncLifetime
{
    private const int Conversations = 20;

    private readonly ConcurrentQueue<(string Token, string Conversation, string Message, string Badge)> _taken = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("messenger-fcm-").FullName;
    private volatile bool _away;
    private volatile string? _dead;
    private int _refused;
    private int _buried;
    private Stub _google = null!;

    public async Task InitializeAsync() => _google = await Stub.Start(Answer);

    public async Task DisposeAsync()
    {
        await _google.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Kill_9_in_a_providers_outage_forgets_no_push_and_sends_none_to_nobody()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("Push__Provider", "live"), ("Push__Fcm__ServiceAccountFile", ServiceAccount()), ("Push__Fcm__Url", _google.Url.ToString()),

            // Browsers' services are on no loopback address.
            ("Push__Web__VapidKeys", "")));
        await using var alice = await Phone.Join(server.Settings);
        await using var tablet = await WithToken(await alice.Second(server.Settings), "alices-tablet");
        await using var bob = await WithToken(await Phone.Join(server.Settings), "bobs-phone");
        await using var carl = await WithToken(await Phone.Join(server.Settings), "carls-phone");
        await using var left = await WithToken(await bob.Second(server.Settings), "bobs-sold-phone");
        await using var online = await WithToken(await Phone.Join(server.Settings), "the-onlines-phone");
        (await carl.Ask("AddBlackList", new { userId = alice.UserId })).Done();
        var conversations = new List<ConversationHandle>();
        for (var i = 0; i < Conversations; i++)
        {
            // Carl blacklisted Alice: only others bring the two together.
            conversations.Add(await bob.Group(alice, carl, online));
        }

        foreach (var gone in new[] { tablet, bob, carl, left })
        {
            await gone.Connection.DisposeAsync();
        }

        // The provider is away while Alice writes, and the server dies in the middle of it.
        _away = true;
        var sent = new ConcurrentDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var saying = conversations.Select(async conversation =>
        {
            var message = await alice.Say(conversation);
            sent[conversation.Uuid] = message.Text("uuid")!;
        }).ToList();
        await Deadlines.Until(() => Task.FromResult(sent.Count >= Conversations / 2), Deadlines.Frame, () => $"{sent.Count} messages");
        server.Kill9();
        await Task.WhenAll(saying).ContinueWith(_ => { }, TaskScheduler.Default);
        await server.Restart();
        await Deadlines.Until(() => Task.FromResult(Volatile.Read(ref _refused) > 0), Deadlines.Recovery, () => "nothing was tried");

        // Meanwhile one of Bob's phones is deleted. Who is online hears by itself.
        await alice.Return(server.Settings.WebSocket);
        await online.Return(server.Settings.WebSocket);
        await using (var bobs = new Phone(bob.Account.Another()))
        {
            await bobs.Connect(server.Settings.WebSocket);
            await bobs.Register();
            await bobs.Login();

            // Every application but its own is told by its name, and without its token. The newest comes first: this one, the sold one, the first.
            var sold = (await bobs.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications").ElementAt(1);
            (await bobs.Ask("RequestDeleteApplication", new { uuid = sold.Text("uuid") })).Done();
        }

        _away = false;
        await Deadlines.Until(
            () => Task.FromResult(sent.Keys.All(conversation => _taken.Any(push => push.Token == "bobs-phone" && Same(push.Conversation, conversation)))),
            Deadlines.Recovery,
            () => $"{_taken.Count} pushes came for {sent.Count} messages:\n{server.Log.Tail}");

        // To nobody: the author's own devices, who blacklisted the author, what was deleted, who is online; and about nothing that was not written.
        Assert.DoesNotContain(_taken, push => push.Token is "alices-tablet" or "carls-phone" or "bobs-sold-phone");
        foreach (var push in _taken)
        {
            var conversation = conversations.Single(one => Same(one.Uuid, push.Conversation));
            Assert.Contains(await alice.Newer(conversation, null), message => message.Is("uuid", push.Message));
            Assert.InRange(int.Parse(push.Badge, System.Globalization.CultureInfo.InvariantCulture), 1, Conversations);
        }

        // A token that the provider says is dead is forgotten, and shows so.
        _dead = "bobs-phone";
        await alice.Say(await alice.Dialog(bob));
        await Deadlines.Until(() => Task.FromResult(Volatile.Read(ref _buried) > 0), Deadlines.Recovery, () => "the dead token was not tried");
        await bob.Return(server.Settings.WebSocket);
        await Deadlines.Until(
            async () =>
            {
                var applications = (await bob.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications");
                return applications.Single(application => application.Is("uuid", bob.Account.Application)).IsNull("deviceToken");
            },
            Deadlines.Recovery,
            () => "the dead token is still there");
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static async Task<Phone> WithToken(Phone phone, string token)
    {
        (await phone.Ask("RequestUpdateDeviceTokenByApplication", new { token, userId = phone.UserId, uuid = phone.Account.Application })).Done();
        return phone;
    }

    private string ServiceAccount()
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(_directory, "account.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            type = "service_account",
            project_id = "messenger-tests",
            private_key_id = "1",
            private_key = key.ExportPkcs8PrivateKeyPem(),
            client_email = "pusher@messenger-tests.iam.gserviceaccount.com",
            client_id = "1",
            token_uri = new Uri(_google.Url, "/token"),
        }));
        return file;
    }

    private async Task Answer(HttpContext context, string body)
    {
        if (context.Request.Path == "/token")
        {
            await context.Response.WriteAsJsonAsync(new { access_token = "token", token_type = "Bearer", expires_in = 3599 });
            return;
        }

        var message = JsonDocument.Parse(body).RootElement.GetProperty("message");
        var (token, data) = (message.Text("token")!, message.GetProperty("data"));
        if (_away)
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = 503;
        }
        else if (token == _dead)
        {
            Interlocked.Increment(ref _buried);
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync(
                """{"error":{"code":404,"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}""");
        }
        else if (data.TryGetProperty("kind", out var kind) && kind.GetString() == "application")
        {
            // Somebody registered a phone of the same person, and every other one is woken to hear it: it is about no message.
            await context.Response.WriteAsync("{}");
        }
        else
        {
            _taken.Enqueue((token, data.Text("conversationUuid")!, data.Text("messageUuid")!, data.Text("badge")!));
            await context.Response.WriteAsync("{}");
        }
    }
}
