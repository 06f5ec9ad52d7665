using System.Diagnostics;
using Messenger.Conformance.Phones;

namespace Messenger.Cli.Tests;

/// <summary>Groups, files, people, devices and state by the command line, on a server: what one person does another one sees.</summary>
[Trait("Needs", "Servers")]
public sealed class SecondEditionTests : IAsyncLifetime
{
    private readonly Folder _folder = new();
    private readonly (string A, string B, string C) _phones = (Account.New().OpenUserId, Account.New().OpenUserId, Account.New().OpenUserId);
    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(ServerSettings.Embedded());

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_group_talks_shares_a_file_and_loses_a_member_who_reads_no_more()
    {
        var (a, b, c) = _phones;
        await Task.WhenAll(Register(a), Register(b), Register(c));
        var group = (await Run(a, "group", "create", "Hiking", b, c)).Json[0].Text("uuid")!;
        Assert.Contains((await Run(b, "group", "list")).Json, one => one.Text("title") == "Hiking");
        await Run(a, "send", group, "to all");
        Assert.Contains((await Run(c, "history", group)).Json, one => one.Text("text") == "to all");

        // Larger than a chunk and than a piece of the upload.
        var content = new byte[(2 << 20) + 12345];
        new Random(1).NextBytes(content);
        var file = Path.Combine(_folder.Path, "holiday.jpg");
        await File.WriteAllBytesAsync(file, content);
        await Run(a, "file", "send", group, file, "--type", "image/jpeg", "--text", "Look");
        var got = (await Run(b, "file", "get", group, "--to", Path.Combine(_folder.Path, "down"))).Json[0];
        Assert.Equal("image/jpeg", got.Text("mediaType"));
        Assert.Equal(content, await File.ReadAllBytesAsync(got.Text("path")!));
        Assert.EndsWith("holiday (2).jpg", (await Run(b, "file", "get", group, "--to", Path.Combine(_folder.Path, "down"))).Json[0].Text("path")!, StringComparison.Ordinal);

        await Run(a, "group", "kick", group, c);
        await Run(a, "send", group, "without you");
        Assert.Contains((await Run(b, "history", group)).Json, one => one.Text("text") == "without you");
        Assert.Contains((await Run(b, "history", group)).Json, one => one.Text("eventType") == "SessionKeyRegenerated");
        (await Try(c, "send", group, "still here?")).Bad(1, "not_found");
    }

    [Fact]
    public async Task Contacts_blocks_mutes_and_changes_are_the_persons_on_all_devices()
    {
        var (a, b, _) = _phones;
        await Task.WhenAll(Register(a), Register(b));
        await Run(a, "contacts", "add", b, "Bob");
        var bob = Assert.Single((await Run(a, "contacts", "list")).Json);
        Assert.Equal(("Bob", b), (bob.Text("name"), bob.Text("phone")));
        var numbers = new[] { await Run(a, "contacts", "verify", b), await Run(b, "contacts", "verify", a) }.Select(run => run.Json[0].Text("safetyNumber")).ToList();
        Assert.Equal(numbers[0], numbers[1]);

        await Run(a, "send", b, "hello");
        var token = (await Run(a, "sync")).Json[^1].Text("token")!;
        Assert.Equal(-1, (await Run(a, "mute", b)).Json[0].Number("mutedUntil"));
        var changed = (await Run(a, "sync", "--since", token)).Json;
        Assert.Contains(changed, one => one.Text("changed") is not null);

        await Run(b, "block", a);
        (await Try(a, "send", b, "hello?")).Bad(1, "forbidden");
        await Run(b, "unblock", a);
        await Run(a, "send", b, "hello again");
        Assert.True((await Run(a, "contacts", "remove", b)).Json[0].GetProperty("removed").GetBoolean());
        Assert.Empty((await Run(a, "contacts", "list")).Json);
    }

    [Fact]
    public async Task A_second_device_is_linked_reads_everything_and_is_put_out()
    {
        var (a, b, _) = _phones;
        await Task.WhenAll(Register(a), Register(b));
        await Run(a, "send", b, "from the first");
        using var showing = Start("link", "show", "--json", "--profile", Path.Combine(_folder.Path, "second"), "--url", Url);
        var code = await showing.StandardOutput.ReadLineAsync();
        var approving = (await Run(a, "link", "approve", code!, "--yes")).Json;
        await showing.StandardInput.WriteLineAsync(approving[0].Text("digits"));
        Assert.Equal("{\"linked\":true}", await showing.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));
        await showing.WaitForExitAsync();

        Assert.Contains((await Run("second", "history", b)).Json, one => one.Text("text") == "from the first");
        var devices = (await Run(a, "devices", "list")).Json;
        Assert.Equal(2, devices.Count);
        var other = devices.Single(one => !one.GetProperty("isThis").GetBoolean()).Text("name")!;
        await Run(a, "devices", "delete", other);
        Assert.NotEqual(0, (await Try("second", "history", b)).Code);
    }

    [Fact]
    public async Task A_lock_is_asked_for_by_the_next_registration()
    {
        var a = _phones.A;
        await Register(a);
        await Run(a, "lock", "set", "--pin", "2468");
        string[] again = ["register", a, "--code", ServerSettings.Code, "--profile", Path.Combine(_folder.Path, "again"), "--url", Url, "--json"];
        (await CliRun.ToEnd([.. again, "--pin", "1357"])).Bad(1, "forbidden");
        (await CliRun.ToEnd([.. again, "--pin", "2468"])).Good();
        await Run(a, "lock", "remove");
    }

    private string Url => _server.Settings.WebSocket.ToString();

    private async Task Register(string phone) => await Run(phone, "register", phone, "--code", ServerSettings.Code);

    private async Task<CliRun> Run(string who, params string[] arguments) => (await Try(who, arguments)).Good();

    private Task<CliRun> Try(string who, params string[] arguments) =>
        CliRun.ToEnd([.. arguments, "--profile", Path.Combine(_folder.Path, who), "--url", Url, "--json"]);

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Built.Cli, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["MESSENGER_PASSPHRASE"] = "a passphrase of these tests";
        return Process.Start(start)!;
    }
}
