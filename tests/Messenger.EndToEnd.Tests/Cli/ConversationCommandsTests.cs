using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;

namespace Messenger.EndToEnd.Tests.Cli;

/// <summary>The command line on a server: the demo, two people who talk, and what a refusal looks like.</summary>
public class ConversationCommandsTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task In_the_demo_both_sides_have_read_every_message()
    {
        var lines = (await CliRun.ToEnd("demo", "--json", "--url", Server.WebSocket.ToString())).Good().Json;

        var said = lines.Where(line => line.TryGetProperty("from", out _)).ToList();
        Assert.Equal(["Alice", "Bob", "Alice", "Bob"], said.Select(line => line.Text("from")));
        Assert.DoesNotContain(said, line => line.Text("ciphertext")!.Contains(line.Text("text")!, StringComparison.Ordinal));
        var sum = lines[^1];
        Assert.Equal((4, 4, 4), (sum.Number("messages"), sum.Number("readByAlice"), sum.Number("readByBob")));
    }

    [Fact]
    public async Task Two_people_register_talk_and_look_back()
    {
        using var folder = new Folder();
        var (a, b) = (Account.New().OpenUserId, Account.New().OpenUserId);
        string Profile(string phone) => Path.Combine(folder.Path, phone);
        Task<CliRun> Run(string who, params string[] arguments) =>
            CliRun.ToEnd([.. arguments, "--profile", Profile(who), "--url", Server.WebSocket.ToString(), "--json"]);

        foreach (var phone in new[] { a, b })
        {
            Assert.NotNull(Assert.Single((await Run(phone, "register", phone, "--code", ServerSettings.Code)).Good().Json).Text("userId"));
        }

        Assert.Equal(a, Assert.Single((await CliRun.ToEnd("whoami", "--profile", Profile(a), "--json")).Good().Json).Text("phone"));
        Assert.Equal("See you at eight", Assert.Single((await Run(a, "send", b, "See you at eight")).Good().Json).Text("text"));
        Assert.Contains((await Run(b, "history", a)).Good().Json, line => line.Text("text") == "See you at eight");

        // The profile knows its server.
        var shown = (await CliRun.ToEnd("history", a, "--profile", Profile(b))).Good().Out;
        Assert.Contains($"  {a,-12}  See you at eight", shown, StringComparison.Ordinal);

        (await Run(a, "send", b, "-")).Bad(2, "standard input is empty");
        Assert.Equal("ResponseContactList", Assert.Single((await CliRun.ToEnd("request", "RequestGetContactList", "--profile", Profile(a))).Good().Json).Text("type"));
        var traced = (await CliRun.ToEnd("request", "RequestNothing", "--trace", "--profile", Profile(a))).Out;
        Assert.StartsWith("> RequestAuthenticationByApplication (credential left out)\n", traced, StringComparison.Ordinal);
        Assert.Contains("bad_request", traced, StringComparison.Ordinal);
        (await CliRun.ToEnd("request", "RequestGetContactList", "--profile", Profile("nobody"), "--url", Server.WebSocket.ToString())).Bad(1, "--guest");

        (await Run(a, "register", b, "--code", ServerSettings.Code)).Bad(1, $"This profile is {a}'s");
        (await Run(a, "send", a, "hello")).Bad(1, "your own number");
        (await Run(a, "register", a, "--code", "111111")).Bad(1, "The server refused (forbidden)");
        (await Run(a, "send", Account.New().OpenUserId, "hello")).Bad(1, "This person is not registered");
        (await CliRun.ToEnd("register", Account.New().OpenUserId, "--profile", Profile("c"), "--url", Server.WebSocket.ToString())).Bad(1, "--code");
    }
}
