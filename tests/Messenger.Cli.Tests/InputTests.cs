using Messenger.Conformance.Phones;

namespace Messenger.Cli.Tests;

/// <summary>What the command line says to good and to bad input, without a server.</summary>
public class InputTests
{
    private const string Nowhere = "ws://127.0.0.1:9/ws";

    private static readonly string[] Names = ["demo", "register", "whoami", "chat", "send", "history", "watch", "request", "block", "unblock", "sync", "mute", "conformance", "replay", "completion"];

    public static TheoryData<string> Commands => [.. Names];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help_with_examples_and_takes_json(string command)
    {
        var run = (await CliRun.ToEnd(command, "--help")).Good();

        Assert.Contains($"Examples:\n", run.Out, StringComparison.Ordinal);
        Assert.Contains($"messenger {command}", run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("--json", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("group create")]
    [InlineData("group kick")]
    [InlineData("file send")]
    [InlineData("file get")]
    [InlineData("contacts add")]
    [InlineData("devices list")]
    [InlineData("link show")]
    [InlineData("link approve")]
    [InlineData("lock set")]
    public async Task Every_command_of_a_family_has_help_with_examples_and_takes_json(string command)
    {
        var run = (await CliRun.ToEnd([.. command.Split(' '), "--help"])).Good();

        Assert.Contains($"messenger {command}", run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("--json", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_lists_every_command_and_the_exit_codes()
    {
        var run = (await CliRun.ToEnd("--help")).Good();

        Assert.All(Names, name => Assert.Contains($"  {name}", run.Out, StringComparison.Ordinal));
        Assert.Contains("Exit codes:", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bare_name_shows_the_help_too() => Assert.Contains("conformance", (await CliRun.ToEnd()).Out, StringComparison.Ordinal);

    [Theory]
    [InlineData(2, "'messenger' has no command 'bogus': it takes demo, register,", "bogus")]
    [InlineData(2, "'messenger admin' has no command 'bogus': it takes token, vapid, reports,", "admin", "bogus")]
    [InlineData(2, "'messenger admin' takes a command: token, vapid, reports,", "admin")]
    [InlineData(2, "Did you mean 'messenger send'?", "sned")]
    [InlineData(2, "Did you mean 'messenger group'?", "gruop")]
    [InlineData(2, "Did you mean 'messenger group kick'?", "group", "kik")]
    [InlineData(2, "'messenger file' takes a command: send, get.", "file")]
    [InlineData(2, "A group is named by its uuid", "group", "members", "hiking")]
    [InlineData(2, "E.164", "group", "create", "Hiking", "bob")]
    [InlineData(2, "does not exist", "file", "send", "+35799123456", "/nowhere/at/all.jpg")]
    [InlineData(2, "--hours takes a number above 0", "mute", "+35799123456", "--hours", "0")]
    [InlineData(2, "#v1.", "link", "approve", "hello")]
    [InlineData(2, "nothing to send", "send", "+35799123456", " ")]
    [InlineData(2, "no JSON", "request", "RequestGetContactList", "{")]
    [InlineData(2, "JSON object", "request", "RequestGetContactList", "[]")]
    [InlineData(2, "'phone' missing", "send")]
    [InlineData(2, "E.164", "send", "12345", "hello")]
    [InlineData(2, "E.164", "register", "alice")]
    [InlineData(2, "--size takes 1 to 100", "history", "+35799123456", "--size", "0")]
    [InlineData(2, "ws://localhost:8080/ws", "demo", "--url", "localhost:8080")]
    [InlineData(2, "no rule and no group", "conformance", "--only", "XYZ")]
    [InlineData(2, "tap", "conformance", "--format", "xml")]
    [InlineData(2, "--patience takes seconds", "conformance", "--patience", "0")]
    [InlineData(2, "--phones takes a plus", "conformance", "--phones", "alice")]
    [InlineData(2, "{phone}", "conformance", "--code-command", "cat code")]
    [InlineData(2, "There is no file", "replay", "nowhere.jsonl")]
    [InlineData(2, "pwsh", "completion", "tcsh")]
    [InlineData(2, "See 'messenger admin token --help'", "admin", "token")]
    [InlineData(3, "Nobody answers at", "demo", "--url", Nowhere)]
    [InlineData(3, "Nobody answers at ws://127.0.0.1:9/ws", "demo", "--url", "http://127.0.0.1:9")]
    [InlineData(3, "Nobody answers at", "conformance", "--url", Nowhere)]
    public async Task Bad_input_is_told_with_what_is_accepted(int code, string says, params string[] arguments) =>
        (await CliRun.ToEnd(arguments)).Bad(code, says);

    [Fact]
    public async Task Without_a_profile_the_next_step_is_told()
    {
        using var folder = new Folder();
        var profile = Path.Combine(folder.Path, "nobody");

        (await CliRun.ToEnd("whoami", "--profile", profile)).Bad(1, "messenger register");
        (await CliRun.ToEnd("watch", "--profile", profile, "--url", Nowhere)).Bad(1, "messenger register");
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("not json", "line 1")]
    [InlineData("{}", "'transcript'")]
    [InlineData("""{"transcript":2,"sides":{}}""", "version 1, not 2")]
    [InlineData("{\"transcript\":1,\"sides\":{}}\n{\"at\":0,\"side\":\"carol\",\"direction\":\"opened\"}", "line 2: the first line has no side 'carol'")]
    [InlineData("{\"transcript\":1,\"sides\":{\"a\":{\"openUserId\":\"+1\",\"userId\":\"u\",\"uuid\":\"1\"}}}\n\n{\"at\":0,\"side\":\"a\",\"direction\":\"thrown\"}", "line 3: a direction is opened")]
    public async Task A_file_that_is_no_transcript_is_told_by_line(string text, string says)
    {
        using var folder = new Folder();
        var file = Path.Combine(folder.Path, "bad.transcript.jsonl");
        await File.WriteAllTextAsync(file, text);

        (await CliRun.ToEnd("replay", file, "--url", Nowhere)).Bad(2, says);
    }

    [Theory]
    [InlineData("messenger c", "conformance")]
    [InlineData("messenger conformance --o", "--only")]
    [InlineData("messenger completion ", "fish")]
    public async Task A_shell_is_told_how_a_line_goes_on(string line, string next)
    {
        var run = (await CliRun.ToEnd($"[suggest:{line.Length}]", line)).Good();

        Assert.Contains(next, run.Out.Split('\n', StringSplitOptions.TrimEntries));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Each_shell_gets_a_script(string shell)
    {
        Assert.Contains("[suggest:", (await CliRun.ToEnd("completion", shell)).Good().Out, StringComparison.Ordinal);
        Assert.Equal(shell, Assert.Single((await CliRun.ToEnd("completion", shell, "--json")).Good().Json).Text("shell"));
    }

    [Fact]
    public async Task Bash_completes_with_its_script()
    {
        using var folder = new Folder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "messenger"), $"#!/bin/sh\nexec dotnet '{Built.Cli}' \"$@\"\n");
        const string Complete = """
            chmod +x messenger; PATH="$PWD:$PATH"
            eval "$(messenger completion bash)"
            COMP_LINE='messenger conf'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(messenger conf); COMP_CWORD=1
            _messenger; echo "${COMPREPLY[@]}"
            """;

        Assert.Equal("conformance", (await CliRun.Start("bash", folder.Path, "-c", Complete)).Good().Out.Trim());
    }

    [Fact]
    public async Task Rules_are_listed_with_their_checks()
    {
        var rules = (await CliRun.ToEnd("conformance", "--list", "--json")).Good().Json;

        Assert.Equal(Messenger.Conformance.Rules.Rulebook.Rules.Select(rule => rule.Id), rules.Select(rule => rule.Text("rule")));
        Assert.Contains("[ENV-1]".Trim('[', ']'), (await CliRun.ToEnd("conformance", "--list", "--only", "ENV")).Good().Out, StringComparison.Ordinal);
    }
}
