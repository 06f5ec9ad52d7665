using System.Xml.Linq;
using Messenger.Conformance;
using Messenger.Conformance.Checks;
using Messenger.Conformance.Reports;
using Messenger.Conformance.Rules;
using Messenger.EndToEnd.Tests.Cli;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>All of the kit at once, as one who has a server runs it.</summary>
public class WholeKitTests
{
    [Fact]
    public async Task The_embedded_default_holds_to_every_rule()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());

        var lines = (await CliRun.ToEnd("conformance", "--url", server.Settings.WebSocket.ToString(), "--json")).Good().Json;

        Assert.Equal(Rulebook.Rules.Count + 1, lines.Count);
        Assert.Equal(0, lines[^1].Number("broken"));
        Assert.True(lines[^1].Number("holds") > 100);
    }

    /// <summary>Limits on, as in production; not more than one address is sent codes for.</summary>
    [Fact]
    public async Task A_server_with_limits_tells_how_long_to_wait()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Limits__Enabled", "true")));

        var run = (await CliRun.ToEnd("conformance", "--url", $"ws://{server.Settings.Http.Authority}", "--only", "LIM,REG-3", "--format", "tap")).Good();

        Assert.Contains("ok 1 - REG-3", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("limits off", run.Out, StringComparison.Ordinal);
    }

    /// <summary>The planted defects of the rules that <see cref="DefectTests"/> cannot try where limits are off.</summary>
    [Fact]
    public async Task A_server_that_does_not_tell_how_long_to_wait_is_found()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Limits__Enabled", "true")));
        await using var proxy = await FaultyProxy.Start(server.Settings.WebSocket, () => new Frames(Later, "ResponseStatusMessage"));

        var run = await CliRun.ToEnd("conformance", "--url", proxy.Url.ToString(), "--only", string.Join(',', DefectTests.OfLimits), "--json");

        Assert.Equal(4, run.Code);
        Assert.All(run.Json.SkipLast(1), line => Assert.Equal("broken", line.Text("result")));
        Assert.Equal(DefectTests.OfLimits.Length, run.Json.Count - 1);

        static void Later(System.Text.Json.Nodes.JsonObject frame)
        {
            if (frame["payload"]!["status"]!.ToString() == "too_many_requests")
            {
                frame["payload"]!["description"] = "later";
            }
        }
    }

    [Fact]
    public async Task A_fault_ends_with_its_own_exit_code_and_stands_in_every_format()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        await using var proxy = await FaultyProxy.Start(server.Settings.WebSocket, () => new Frames(frame => frame["id"] = frame["id"]?.ToString(), "ResponsePong"));
        string[] arguments = ["conformance", "--url", proxy.Url.ToString(), "--only", "ENV-3,FMT-1"];

        var table = await CliRun.ToEnd(arguments);
        var tap = await CliRun.ToEnd([.. arguments, "--format", "tap"]);
        var junit = await CliRun.ToEnd([.. arguments, "--format", "junit"]);
        var json = await CliRun.ToEnd([.. arguments, "--format", "json"]);

        Assert.All(new[] { table, tap, junit, json }, run => Assert.Equal(4, run.Code));
        Assert.Contains("1 rules hold, 1 broken", table.Out, StringComparison.Ordinal);
        Assert.Contains("1..2\nnot ok 1 - ENV-3", tap.Out, StringComparison.Ordinal);
        Assert.Contains("ok 2 - FMT-1", tap.Out, StringComparison.Ordinal);
        var document = XDocument.Parse(junit.Out).Root!;
        Assert.Equal(("2", "1"), (document.Attribute("tests")!.Value, document.Attribute("failures")!.Value));
        Assert.Equal(["broken", "holds"], json.Json.SkipLast(1).Select(line => line.Text("result")));
    }

    [Fact]
    public void What_a_server_says_cannot_break_a_report()
    {
        var check = new Check("a title & more", ["ENV-1"], _ => Task.CompletedTask);
        var verdict = Verdict.Of(Rulebook.Rules[0], [new Outcome(check, Result.Broken, "first \u0001 <line>\nnot ok 7 - # SKIP", TimeSpan.FromSeconds(1))]);

        Assert.Equal("1", XDocument.Parse(JUnit.Write([verdict])).Root!.Attribute("failures")!.Value);
        Assert.Equal(1, Tap.Write([verdict]).Split('\n').Count(line => line.StartsWith("not ok", StringComparison.Ordinal)));
        Assert.Equal(2, JsonLines.Write([verdict]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
