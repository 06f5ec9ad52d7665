using System.Text.Json;
using Messenger.EndToEnd.Tests.Cli;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>The commands of docs/operating.md, as they stand there and in that order, against a real server.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class OperatingTests
{
    [Fact]
    public async Task The_week_of_the_handbook_can_be_lived()
    {
        var (settings, admin) = Operator.Embedded();
        await using var server = await ServerProcess.StartAsync(settings);
        await using var bob = await Phone.Join(settings);
        await using var eve = await Phone.Join(settings);
        await using var lost = await eve.Second(settings);
        var group = await eve.Group(bob);
        var message = (await eve.Say(group)).Text("uuid")!;
        (await bob.Ask("AddMessageReport", new { conversationUuid = group.Uuid, messageUuid = message, reason = "spam" })).Done();
        using var alice = new Operator(admin);
        var device = (await alice.Get($"/users?userId={Uri.EscapeDataString(eve.UserId)}")).Items("devices").OrderBy(one => one.GetProperty("created").GetInt64()).Last().Text("device")!;
        using var folder = new Folder();
        var variables = new Dictionary<string, string>
        {
            ["MESSENGER_ADMIN_URL"] = admin.ToString(),
            ["MESSENGER_ADMIN_TOKEN"] = Operator.Token,
            ["REPORT"] = "1",
            ["USER_ID"] = eve.UserId,
            ["PHONE"] = eve.Account.OpenUserId,
            ["DEVICE"] = device,
            ["CONVERSATION"] = group.Uuid,
            ["MESSAGE"] = message,
            ["PROCESS"] = (await alice.Get("/processes")).Items("items").Single().Text("name")!,
            ["BACKUP"] = Path.Combine(folder.Path, "backup"),
            ["RESTORED"] = Path.Combine(folder.Path, "restored"),
            ["EXPORT"] = Path.Combine(folder.Path, "person.json"),
        };
        foreach (var (key, value) in settings.Environment)
        {
            variables[key] = value;
        }

        var ran = 0;
        foreach (var (stopped, commands) in Blocks(await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Data", "operating.md"))))
        {
            if (stopped)
            {
                await server.Terminate();
            }

            // Every command, and none after one that failed; who reads along sees which.
            var script = $"set -eu\nmessenger() {{ dotnet '{Built.Cli}' \"$@\"; }}\nMessenger.Host() {{ dotnet '{Built.Host}' \"$@\"; }}\nset -v\n{commands}";
            (await CliRun.Start("env", null, [.. variables.Select(one => $"{one.Key}={one.Value}"), "bash", "-c", script])).Good();
            ran += commands.Split('\n').Count(line => line.Length > 0);
            if (stopped)
            {
                await server.Restart();
            }
        }

        Assert.True(ran >= 40, $"{ran} commands were run");
        var export = JsonDocument.Parse(await File.ReadAllTextAsync(variables["EXPORT"])).RootElement;
        Assert.Contains(export.GetProperty("data").Items("messages"), row => row.Text("uuid") == message);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(variables["EXPORT"]));
        Assert.True(File.Exists(Path.Combine(variables["RESTORED"], "messenger.db")));
        Assert.DoesNotContain((await alice.Get("/users/list")).Items("items"), user => user.Text("userId") == eve.UserId);
    }

    /// <summary>Blocks of commands; those marked stopped want no server.</summary>
    private static IEnumerable<(bool Stopped, string Commands)> Blocks(string[] lines)
    {
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at] is "```sh" or "```sh stopped")
            {
                var end = Array.IndexOf(lines, "```", at);
                yield return (lines[at] != "```sh", string.Join('\n', lines[(at + 1)..end]));
                at = end;
            }
        }
    }
}
