using Messenger.Client;
using Messenger.Client.Crypto;
using Messenger.Client.Messaging;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Cli.Tests;

/// <summary>The ten lines of docs/first-client.md.</summary>
[Trait("Needs", "Servers")]
public sealed class FirstClientTests
{
    [Fact]
    public async Task The_lines_of_the_page_say_hello()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        using var folder = new Folder();
        var profile = new MemoryProfile();
        await Account.Register(server.Settings.WebSocket, profile, "+35799000002", () => Task.FromResult(ServerSettings.Code));
        await using var bob = new MessengerClient(server.Settings.WebSocket, profile);
        await bob.Connect();
        using var keys = KeyPair.Create();
        await Account.PublishKeys(bob, profile, keys, "another passphrase");
        using var conversations = new Conversations(bob, keys, profile);

        await FirstClient.Run(server.Settings.WebSocket, Path.Combine(folder.Path, "alice.db"));

        var dialog = await conversations.Dialog(UserIds.FromPhone("+35799000001"));
        var last = (await conversations.History(dialog, 1))[0];
        Assert.Equal("Hello Bob", await conversations.Open(last));
    }

    [Fact]
    public void The_page_has_the_lines_that_are_run()
    {
        var source = File.ReadAllText(Path.Combine(Built.Root, "tests", "Messenger.Cli.Tests", "FirstClient.cs"));
        var run = Between(source, "// begin\n", "        // end").Split('\n').Select(line => line.Length > 8 ? line[8..] : line);
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "first-client.md"));
        Assert.Equal(string.Join('\n', run), Between(page, "```csharp\n", "```"));
    }

    private static string Between(string text, string from, string to)
    {
        var at = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[at..text.IndexOf(to, at, StringComparison.Ordinal)];
    }
}
