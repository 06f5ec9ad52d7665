using System.Net;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>The operator's interface on a real server.</summary>
public sealed class AdminTests : IAsyncLifetime
{
    private ServerProcess _server = null!;
    private Uri _admin = null!;
    private Operator _alice = null!;

    public async Task InitializeAsync()
    {
        (var settings, _admin) = Operator.Embedded();
        _server = await ServerProcess.StartAsync(settings);
        _alice = new Operator(_admin);
    }

    public async Task DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_the_operator_does_has_its_effect_and_is_in_the_audit_log()
    {
        // Prism in between: what is not in the document fails, whoever said it.
        await using var prism = await Prism.Before(_admin, Path.Combine(AppContext.BaseDirectory, "Data", "admin-openapi.yaml"));
        using var alice = new Operator(prism.Url);
        await alice.Post("/users/suspend", new { nonsense = 1 }, status: 422);
        Assert.Equal(("alice", "operator"), ((await alice.Get("/me")).Text("name"), (await alice.Get("/me")).Text("role")));

        await using var bob = await Phone.Join(_server.Settings);
        await using var eve = await Phone.Join(_server.Settings);
        var conversation = await bob.Dialog(eve);
        var message = await eve.Say(conversation);

        // Reports: listed, resolved once, dismissed.
        (await bob.Ask("AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = message.Text("uuid"), reason = "spam" })).Done();
        (await bob.Ask("AddUserReport", new { userId = eve.UserId, reason = "spam" })).Done();
        var open = (await alice.Get("/reports")).Items("items");
        Assert.Equal(["user", "message"], open.Select(report => report.Text("kind")));
        var (first, second) = (open[0].GetProperty("id").GetInt64(), open[1].GetProperty("id").GetInt64());
        Assert.Equal("alice", (await alice.Post($"/reports/{first}/resolve", new { text = "suspended" })).Text("closedBy"));
        await alice.Post($"/reports/{first}/resolve", new { });
        await alice.Post($"/reports/{first}/dismiss", new { }, status: 409);
        await alice.Post($"/reports/{second}/dismiss", new { });
        Assert.Empty((await alice.Get("/reports")).Items("items"));
        await alice.Get("/reports/999999", status: 404);

        // A user: looked up by number, suspended (the connection closes, blocked shows, no login), restored.
        var card = await alice.Get($"/users?phone={Uri.EscapeDataString(eve.Account.OpenUserId)}");
        Assert.Equal(eve.UserId, card.Text("userId"));
        Assert.True(card.Items("devices").Single().GetProperty("online").GetBoolean());
        Assert.Equal(1, (await alice.Post("/users/suspend", new { userId = eve.UserId, reason = "spam" })).GetProperty("connections").GetInt32());
        Assert.Equal(1008, (await eve.Connection.Ended.WaitAsync(Deadlines.Frame)).Code);
        Assert.True((await bob.Ask("RequestGetUserInfo", new { userId = eve.UserId })).Done().GetProperty("user").GetProperty("blocked").GetBoolean());
        await eve.Connect(_server.Settings.WebSocket);
        Assert.Equal("forbidden", (await eve.Authenticate()).Status);
        await alice.Post("/users/restore", new { userId = eve.UserId });
        await eve.Connect(_server.Settings.WebSocket);
        (await eve.Authenticate()).Done();
        Assert.False((await bob.Ask("RequestGetUserInfo", new { userId = eve.UserId })).Done().GetProperty("user").GetProperty("blocked").GetBoolean());

        // One connection closed.
        var device = (await alice.Get($"/users?userId={Uri.EscapeDataString(bob.UserId)}")).Items("devices").Single().Text("device");
        await alice.Post("/connections/close", new { userId = bob.UserId, device });
        Assert.Equal(1012, (await bob.Connection.Ended.WaitAsync(Deadlines.Frame)).Code);
        await bob.Return(_server.Settings.WebSocket);

        // A test push; the console takes it.
        (await bob.Ask("RequestUpdateDeviceTokenByApplication", new { token = "a-token", userId = bob.UserId, uuid = bob.Account.Application })).Done();
        Assert.Equal("taken", (await alice.Post("/push/test", new { phone = bob.Account.OpenUserId })).Items("devices").Single().Text("outcome"));

        // An account of the operator's own is one that can log in and be talked to.
        var support = await alice.Post("/accounts", new { name = "support" });
        await using var desk = new Phone(new Account("support", support.Text("applicationUuid")!));
        Assert.Equal(support.Text("userId"), desk.UserId);
        await desk.Connect(_server.Settings.WebSocket);
        await desk.Login();
        await desk.AddKeys();
        await bob.Dialog(desk);
        await alice.Post("/connections/close", new { phone = "+35799000000" }, status: 404);

        // Counts and retention: nothing is a day old.
        var counts = await alice.Get("/counts");
        Assert.Equal((3, 2), (counts.GetProperty("users").GetInt32(), counts.GetProperty("conversations").GetInt32()));
        Assert.Equal(0, (await alice.Post("/retention", new { kind = "messages", days = 1, dryRun = true })).GetProperty("removed").GetInt32());
        Assert.Equal(0, (await alice.Post("/retention", new { kind = "files", days = 1 })).GetProperty("removed").GetInt32());

        var log = (await alice.Get("/audit?size=200")).Items("items");
        Assert.All(log.Skip(1), entry => Assert.Equal("alice", entry.Text("actor")));
        Assert.Null(log[0].Text("status"));
        Assert.Contains(log, entry => entry.Text("action") == "POST /admin/v1/users/suspend" && entry.Text("target") == eve.UserId && Status(entry) == 200
            && entry.Text("detail")!.Contains("spam", StringComparison.Ordinal) && entry.Text("detail")!.Contains("1 connections", StringComparison.Ordinal));
        Assert.Contains(log, entry => entry.Text("action") == $"POST /admin/v1/reports/{first}/dismiss" && Status(entry) == 409);
        Assert.Contains(log, entry => entry.Text("action") == "GET /admin/v1/users" && entry.Text("target") == eve.UserId);
        string[] done =
        [
            "POST /admin/v1/accounts", "POST /admin/v1/connections/close", "POST /admin/v1/push/test", $"POST /admin/v1/reports/{first}/dismiss",
            $"POST /admin/v1/reports/{first}/resolve", $"POST /admin/v1/reports/{second}/dismiss", "POST /admin/v1/retention", "POST /admin/v1/users/restore",
            "POST /admin/v1/users/suspend",
        ];
        Assert.Equal(
            done.Order(StringComparer.Ordinal),
            log.Select(entry => entry.Text("action")!).Where(action => action.StartsWith("POST", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));

        // No number is in the log, whoever was looked up by one.
        Assert.DoesNotContain(eve.Account.OpenUserId, JsonSerializer.Serialize(log), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Log.Lines, line => line.Contains(eve.Account.OpenUserId, StringComparison.Ordinal) && line.Contains("Admin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_valid_token_nothing_is_served_and_the_attempt_is_in_the_audit_log()
    {
        foreach (var token in new[] { null, "", "wrong", Operator.Expired, Operator.Token + "x" })
        {
            using var nobody = new Operator(_admin, token);
            await nobody.Get("/counts", status: 401);
            await nobody.Post("/users/suspend", new { phone = "+35799000000" }, status: 401);
            await nobody.Get("/nothing", status: 401);
        }

        var log = (await _alice.Get("/audit")).Items("items").Skip(1).ToList();
        Assert.Equal(15, log.Count);
        Assert.All(log, entry => Assert.Equal((null, 401), (entry.Text("actor"), Status(entry))));
        Assert.Equal(
            [("expired", 3), ("missing", 6), ("none of", 6)],
            new[] { "expired", "missing", "none of" }.Select(why => (why, log.Count(entry => entry.Text("detail")!.Contains(why, StringComparison.Ordinal)))));

        // The clients' port serves none of it, whatever a client says in Host.
        using var http = new HttpClient();
        using var forged = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Settings.Http, "/admin/v1/counts"));
        forged.Headers.Host = _admin.Authority;
        forged.Headers.Authorization = new("Bearer", Operator.Token);
        using var answer = await http.SendAsync(forged);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    /// <summary>Its network is another one than the clients': nothing of theirs is behind it.</summary>
    [Fact]
    public async Task The_operators_port_serves_the_operator_alone()
    {
        using var http = new HttpClient { BaseAddress = _admin };
        foreach (var path in new[] { "/", "/health/ready", "/explorer", "/ws", "/upload", "/avatar", "/asyncapi.yaml" })
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{path}: {answer.StatusCode}");
        }

        using var metrics = await http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
    }

    [Fact]
    public async Task Arguments_that_are_none_are_answered_in_words()
    {
        foreach (var (path, body, says) in new (string, object, string)[]
        {
            ("/users/suspend", new { }, "either userId or phone"),
            ("/users/suspend", new { userId = "short" }, "userId"),
            ("/users/suspend", new { phone = "12" }, "E.164"),
            ("/users/suspend", new { phone = "+35799000000", userId = new string('A', 43) + "=" }, "either"),
            ("/accounts", new { name = "+35799000000" }, "lower-case"),
            ("/retention", new { kind = "messages", days = 0 }, "days"),
            ("/retention", new { kind = "users", days = 1 }, "kind"),
            ("/users/suspend", new[] { 1 }, "JSON object"),
            ("/users/suspend", new { reason = new string('x', 20_000) }, "at most"),
        })
        {
            Assert.Contains(says, (await _alice.Post(path, body, status: 400)).Text("error"), StringComparison.Ordinal);
        }

        Assert.Contains("open, resolved", (await _alice.Get("/reports?state=nix", status: 400)).Text("error"), StringComparison.Ordinal);
        Assert.Contains("no such call", (await _alice.Get("/nix", status: 404)).Text("error"), StringComparison.Ordinal);
    }

    private static int? Status(JsonElement entry) => entry.GetProperty("status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null;
}
