using System.Globalization;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Cli;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>The operator's command line against a real server: what it does, what it shows, what it refuses.</summary>
public sealed class AdminCliTests
{
    [Fact]
    public async Task The_operator_works_from_the_command_line()
    {
        var (settings, admin) = Operator.Embedded();
        await using var server = await ServerProcess.StartAsync(settings);
        await using var bob = await Phone.Join(settings);
        await using var eve = await Phone.Join(settings);
        var conversation = await bob.Dialog(eve);
        await eve.Say(conversation);
        (await bob.Ask("AddUserReport", new { userId = eve.UserId, reason = "spam" })).Done();
        using var folder = new Folder();
        var tokenFile = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(tokenFile, Operator.Token + "\n");

        Task<CliRun> Admin(params string[] arguments) => CliRun.ToEnd(["admin", .. arguments, "--admin-url", admin.ToString(), "--token-file", tokenFile]);
        async Task<JsonElement> Json(params string[] arguments) => Assert.Single((await Admin([.. arguments, "--json"])).Good().Json);

        // Reports.
        var id = Assert.Single((await Json("reports", "list")).Items("items")).GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);
        Assert.Equal("alice", (await Json("reports", "resolve", id, "--note", "suspended")).Text("closedBy"));
        Assert.Contains("None.", (await Admin("reports", "list")).Good().Out, StringComparison.Ordinal);
        (await Admin("reports", "dismiss", id)).Bad(1, "409");

        // A user by number: shown, suspended, restored, disconnected, woken.
        var found = (await Admin("users", "find", eve.Account.OpenUserId)).Good().Out;
        Assert.Contains(eve.UserId, found, StringComparison.Ordinal);
        Assert.Contains("online", found, StringComparison.Ordinal);
        Assert.Equal(1, (await Json("users", "suspend", eve.UserId, "--reason", "spam")).GetProperty("connections").GetInt32());
        Assert.Equal(1008, (await eve.Connection.Ended.WaitAsync(Deadlines.Frame)).Code);
        Assert.Contains("Restored.", (await Admin("users", "restore", eve.UserId)).Good().Out, StringComparison.Ordinal);
        Assert.Contains("Unlocked.", (await Admin("users", "unlock", eve.UserId)).Good().Out, StringComparison.Ordinal);
        Assert.Contains("Connections closed: 1.", (await Admin("connections", "close", bob.UserId)).Good().Out, StringComparison.Ordinal);
        Assert.Contains("No device has a push token.", (await Admin("push", "test", bob.UserId)).Good().Out, StringComparison.Ordinal);

        Assert.Contains("alice, operator, without an end", (await Admin("whoami")).Good().Out, StringComparison.Ordinal);

        // An account, the counts, retention, and all of it in the audit log.
        Assert.Contains("Server:SupportId", (await Admin("accounts", "create", "support")).Good().Out, StringComparison.Ordinal);
        Assert.Equal(3, (await Json("counts")).GetProperty("users").GetInt64());
        Assert.Equal(0, (await Json("retention", "messages", "1", "--dry-run")).GetProperty("removed").GetInt64());
        Assert.Equal(0, (await Json("retention", "files", "1", "--yes")).GetProperty("removed").GetInt64());
        var trail = (await Admin("audit")).Good().Out;
        Assert.Contains("suspend", trail, StringComparison.Ordinal);
        Assert.DoesNotContain(eve.Account.OpenUserId, trail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_a_sentence()
    {
        var (settings, admin) = Operator.Embedded();
        await using var server = await ServerProcess.StartAsync(settings);
        using var folder = new Folder();
        var tokenFile = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(tokenFile, "not-the-token");

        (await CliRun.ToEnd("admin", "counts", "--admin-url", admin.ToString())).Bad(1, "MESSENGER_ADMIN_TOKEN");
        (await CliRun.ToEnd("admin", "counts", "--admin-url", admin.ToString(), "--token-file", tokenFile)).Bad(1, "401");
        (await CliRun.ToEnd("admin", "counts", "--admin-url", settings.Http.ToString(), "--token-file", tokenFile)).Bad(1, "Admin:Port");
        (await CliRun.ToEnd("admin", "counts", "--admin-url", $"http://127.0.0.1:{Ports.Free(1)[0]}", "--token-file", tokenFile)).Bad(3, "127.0.0.1");
        Assert.NotEqual(0, (await CliRun.ToEnd("admin", "retention", "messages", "soon")).Code);
        (await CliRun.ToEnd("admin", "retention", "messages", "1", "--admin-url", admin.ToString(), "--token-file", tokenFile)).Bad(2, "removes for good all messages older than 1 days. Say --yes");
        (await CliRun.ToEnd("admin", "counts", "--admin-url", $"http://127.0.0.1:{Ports.Free(1)[0]}", "--token-file", tokenFile)).Bad(3, "--admin-url");
        await File.WriteAllTextAsync(tokenFile, "half a\ntoken");
        Assert.DoesNotContain("half a", (await CliRun.ToEnd("admin", "counts", "--admin-url", admin.ToString(), "--token-file", tokenFile)).Bad(2, "no token has").Error, StringComparison.Ordinal);
        (await CliRun.Start("env", null, "MESSENGER_ADMIN_URL=bla", "dotnet", Built.Cli, "admin", "counts")).Bad(2, "MESSENGER_ADMIN_URL takes an address such as http://localhost:8081/, not 'bla'");
        var made = (await CliRun.ToEnd("admin", "token", "alice", "--days", "90")).Good().Out;
        Assert.Contains("Entry for Admin:Tokens:", made, StringComparison.Ordinal);
    }
}
