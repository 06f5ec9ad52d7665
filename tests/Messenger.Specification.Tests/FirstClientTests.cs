using System.Text.RegularExpressions;
using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>The client of docs/first-client.md does what the page says, and this project's own client opens what it sealed.</summary>
[Collection(NodeCollection.Name)]
[Trait("Needs", "Node")]
public sealed partial class FirstClientTests(Node node)
{
    private static readonly string[] Messages = ["Hello Bob, written by a client of my own.", "And this one, while you were in a tunnel."];

    [Fact]
    public async Task It_runs_against_the_server_and_its_messages_are_read_on_a_second_device()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var url = server.Settings.WebSocket.ToString();

        // Node has it by itself from its release 22 on.
        string[] sockets = (await node.Run("node", "-p", "typeof WebSocket")).Trim() == "undefined" ? ["--experimental-websocket"] : [];
        var said = await node.Run("node", [.. sockets, Path.Combine(Documents.Root(), "docs", "first-client.mjs"), url]);
        Assert.All(Messages, message => Assert.Contains($"Bob reads: {message}", said, StringComparison.Ordinal));
        Assert.Contains("read by both", said, StringComparison.Ordinal);

        var phones = Phone().Matches(said).Select(match => match.Value).ToList();
        string[] common = ["--passphrase", "first client", "--profile", Path.Combine(server.Settings.DataDirectory, "second"), "--url", url];
        await node.Run("dotnet", [Built.Cli, "register", phones[0], "--code", ServerSettings.Code, .. common]);
        var history = await node.Run("dotnet", [Built.Cli, "history", phones[1], .. common]);
        Assert.All(Messages, message => Assert.Contains(message, history, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\+[0-9]{7,15}")]
    private static partial Regex Phone();
}
