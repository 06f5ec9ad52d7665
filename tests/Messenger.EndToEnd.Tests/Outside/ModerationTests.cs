using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>From a report to a decision, without SQL: what the operator sees, takes away and hands out.</summary>
public sealed class ModerationTests : IAsyncLifetime
{
    private ServerProcess _server = null!;
    private Uri _admin = null!;

    public async Task InitializeAsync()
    {
        (var settings, _admin) = Operator.Embedded(("Admin__Tokens", $"{Operator.Tokens},{Operator.ReaderEntry}"));
        _server = await ServerProcess.StartAsync(settings);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_report_names_its_people_and_what_is_decided_is_done_once_and_told_to_phones()
    {
        await using var prism = await Prism.Before(_admin, Path.Combine(AppContext.BaseDirectory, "Data", "admin-openapi.yaml"));
        using var alice = new Operator(prism.Url);
        await using var bob = await Phone.Join(_server.Settings);
        await using var eve = await Phone.Join(_server.Settings);
        var group = await eve.Group(bob);
        var message = await eve.Say(group);
        var uuid = message.Text("uuid")!;
        (await bob.Ask("AddMessageReport", new { conversationUuid = group.Uuid, messageUuid = uuid, reason = "spam" })).Done();
        (await bob.Ask("AddUserReport", new { userId = eve.UserId, reason = "spam" })).Done();

        // The report: author, people, how often each was reported; no text, no title.
        var report = (await alice.Get("/reports")).Items("items").Single(one => one.Text("kind") == "message");
        Assert.Equal((eve.UserId, 2, 1), (report.Text("authorId"), Whole(report, "authorReports"), Whole(report, "subjectReports")));
        var context = await alice.Get($"/reports/{Whole(report, "id")}/context");
        Assert.Equal((eve.UserId, 2), (context.GetProperty("author").Text("userId"), Whole(context.GetProperty("author"), "reports")));
        Assert.Equal(uuid, context.GetProperty("message").Text("uuid"));
        Assert.True(Whole(context.GetProperty("message"), "bytes") > 0);
        Assert.Equal(
            [(bob.UserId, 0), (eve.UserId, 2)],
            context.GetProperty("conversation").Items("people").Select(person => (person.Text("userId")!, Whole(person, "reports"))).OrderBy(person => person.Item2));
        Assert.DoesNotContain(message.Text("bodyEncryptedBase64")!, JsonSerializer.Serialize(context), StringComparison.Ordinal);
        Assert.Equal(2, Whole(await alice.Get($"/conversations?conversation={group.Uuid}"), "memberCount"));

        // A message: nothing in a dry run or without a reason, then once, and phones hear of it.
        var order = new { conversation = group.Uuid, message = uuid, reason = "order 4711" };
        Assert.Contains("would: delete message", (await alice.Post("/messages/delete", new { order.conversation, order.message, order.reason, dryRun = true })).Text("effect"), StringComparison.Ordinal);
        using (var direct = new Operator(_admin))
        {
            Assert.Contains("reason", (await direct.Post("/messages/delete", new { order.conversation, order.message }, status: 400)).Text("error"), StringComparison.Ordinal);
        }

        Assert.False((await alice.Get($"/messages?conversation={group.Uuid}&message={uuid}")).GetProperty("deleted").GetBoolean());
        Assert.True((await alice.Post("/messages/delete", order)).GetProperty("changed").GetBoolean());
        await bob.Notified("DeleteMessageNotification");
        Assert.False((await alice.Post("/messages/delete", order)).GetProperty("changed").GetBoolean());
        var gone = await alice.Get($"/messages?conversation={group.Uuid}&message={uuid}");
        Assert.Equal((true, 0), (gone.GetProperty("deleted").GetBoolean(), Whole(gone, "bytes")));

        // A device: void at once, and its connection ends.
        await using var second = await eve.Second(_server.Settings);
        var devices = (await alice.Get($"/users?userId={Uri.EscapeDataString(eve.UserId)}")).Items("devices");
        var newest = devices.OrderByDescending(device => device.GetProperty("created").GetInt64()).First().Text("device");
        await alice.Post("/devices/revoke", new { userId = eve.UserId, device = newest });
        await second.Connection.Ended.WaitAsync(Deadlines.Frame);
        await second.Connect(_server.Settings.WebSocket);
        Assert.Equal("unauthenticated", (await second.Authenticate()).Status);
        await alice.Post("/devices/revoke", new { userId = eve.UserId, device = newest }, status: 404);

        // The phone's limits.
        await using var third = new Phone(eve.Account.Another());
        await third.Connect(_server.Settings.WebSocket);
        (await third.Ask("RequestRegisterApplication", third.Registration())).Done();
        var phone = Uri.EscapeDataString(eve.Account.OpenUserId);
        var sent = (await alice.Get($"/phones?phone={phone}")).Items("codesSent").Length;
        Assert.True(sent > 0);
        Assert.Contains($"forget {sent} codes", (await alice.Post("/phones/clear", new { phone = eve.Account.OpenUserId })).Text("effect"), StringComparison.Ordinal);
        Assert.Empty((await alice.Get($"/phones?phone={phone}")).Items("codesSent"));

        // The conversation goes for everybody, and the account with its devices.
        Assert.True((await alice.Post("/conversations/delete", new { conversation = group.Uuid, reason = "order 4711" })).GetProperty("changed").GetBoolean());
        await bob.Notified("NotificationConversationDeleted");
        Assert.False((await alice.Post("/avatars/delete", new { userId = eve.UserId, reason = "order 4711" })).GetProperty("changed").GetBoolean());
        Assert.Contains("with 1 devices", (await alice.Post("/users/erase", new { userId = eve.UserId, reason = "order 4711", dryRun = true })).Text("effect"), StringComparison.Ordinal);
        await alice.Get($"/users?userId={Uri.EscapeDataString(eve.UserId)}");
        await alice.Post("/users/erase", new { userId = eve.UserId, reason = "order 4711" });
        await eve.Connection.Ended.WaitAsync(Deadlines.Frame);
        await alice.Get($"/users?userId={Uri.EscapeDataString(eve.UserId)}", status: 404);

        // All of it is found in the audit log by whom, about what, and with which reason.
        var trail = (await alice.Get($"/audit?actor=alice&target={group.Uuid}&changes=true")).Items("items");
        Assert.Equal(4, trail.Count(entry => entry.Text("action") == "POST /admin/v1/messages/delete"));
        Assert.All(trail, entry => Assert.StartsWith("POST", entry.Text("action"), StringComparison.Ordinal));
        Assert.Contains(trail, entry => entry.Text("detail")!.Contains("order 4711", StringComparison.Ordinal) && entry.Text("detail")!.Contains("did: delete conversation", StringComparison.Ordinal));
        Assert.Empty((await alice.Get("/audit?actor=nobody-of-this-name")).Items("items"));
        Assert.Single((await alice.Get($"/audit?target={Uri.EscapeDataString(eve.UserId)}&action=phones/clear")).Items("items"));
    }

    [Fact]
    public async Task A_reader_looks_at_everything_and_changes_nothing()
    {
        using var reader = new Operator(_admin, Operator.ReaderToken);
        var document = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Data", "admin-openapi.yaml"));
        string? path = null;
        var refused = 0;
        foreach (var line in document)
        {
            path = line.StartsWith("  /admin/v1", StringComparison.Ordinal) ? line.Trim().TrimEnd(':')["/admin/v1".Length..].Replace("{id}", "1", StringComparison.Ordinal) : path;
            if (line == "    post:")
            {
                Assert.Contains("reader", (await reader.Post(path!, new { dryRun = true }, status: 403)).Text("error"), StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(refused >= 20, $"{refused} calls were tried");
        await reader.Get($"/users/export?userId={Uri.EscapeDataString(new string('A', 43) + "=")}", status: 403);
        Assert.Equal("reader", (await reader.Get("/me")).Text("role"));
        foreach (var look in new[] { "/counts", "/reports", "/audit", "/users/list", "/devices", "/push/queue", "/statistics", "/controls", "/processes" })
        {
            await reader.Get(look);
        }
    }

    private static int Whole(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
