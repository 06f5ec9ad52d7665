using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Messenger.Testing.Processes;

namespace Messenger.Specification.Tests;

/// <summary>
/// The client kit: the libraries of three languages pass it in one mixed run, with the server killed in the middle; and it notices each fault that is planted in an agent.
/// <c>MESSENGER_TORTURE_SECONDS</c> makes the mixed run longer.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed partial class TortureTests(Node node)
{
    private const int ShortRun = 25;

    /// <summary>A planted fault is seen within the first dozen messages.</summary>
    private const int PlantedRun = 5;

    /// <summary>Besides the run itself: keys, settling and comparing on a busy machine.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_libraries_lose_double_and_reorder_nothing_while_the_server_is_killed()
    {
        var kotlin = await KotlinLibrary.Agent(node);
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("MESSENGER_TORTURE_SECONDS"), out var given) ? given : ShortRun;
        var faulty = new TaskCompletionSource();
        var running = Torture(server, seconds, faulty, await JavaScript(), $"dotnet {Built.Cli} agent", kotlin);

        // In the middle of it, while everybody writes: a fault like the others, by the clock.
        await faulty.Task.WaitAsync(Longest);
        await Task.Delay(TimeSpan.FromSeconds(seconds / 3d));
        server.Kill9();
        await server.Restart();

        var report = await running;
        Assert.Contains(": 0 violations", report, StringComparison.Ordinal);
        var counted = Counted().Match(report);
        Assert.True(counted.Success, report);
        Assert.All(counted.Groups.Values.Skip(1), group => Assert.True(int.Parse(group.Value, CultureInfo.InvariantCulture) > 0, report));
    }

    [Theory]
    [InlineData("lose", "double", "stuck", "CL-10", "CL-23", "CL-13")]
    [InlineData("reorder", "plain", "", "CL-12", "CL-40", "CL-23")]
    public async Task The_kit_notices_planted_faults(string first, string second, string third, params string[] rules)
    {
        var kotlin = await KotlinLibrary.Agent(node);
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var javaScript = await JavaScript();
        var report = await Torture(
            server, PlantedRun, new TaskCompletionSource(), $"env MESSENGER_PLANT={first} {kotlin}", $"env MESSENGER_PLANT={second} {javaScript}", $"env MESSENGER_PLANT={third} {javaScript}");
        Assert.All(rules, rule => Assert.Contains($"[{rule}]", report, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(\d+) messages, (\d+) cuts, (\d+) kills")]
    private static partial Regex Counted();

    private async Task<string> JavaScript()
    {
        var sockets = (await node.Run("node", "-p", "typeof WebSocket")).Trim() == "undefined" ? "--experimental-websocket " : "";
        return $"node {sockets}{Path.Combine(Documents.Root(), "src", "clients", "javascript", "agent.mjs")}";
    }

    /// <summary>What the kit printed; that it found something is for the caller to judge.</summary>
    /// <param name="faulty">Completed when the network begins to fail.</param>
    private static async Task<string> Torture(ServerProcess server, int seconds, TaskCompletionSource faulty, params string[] agents)
    {
        string[] arguments =
        [
            Built.Cli, "torture", "--url", server.Settings.WebSocket.ToString(), "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
            .. agents.SelectMany(agent => new[] { "--agent", agent }),
        ];
        using var process = new Process { StartInfo = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true } };
        process.Start();
        using var deadline = new CancellationTokenSource(Longest + TimeSpan.FromSeconds(seconds));
        var report = new StringBuilder();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                report.AppendLine(line);
                if (line.Contains("s of faults", StringComparison.Ordinal))
                {
                    faulty.TrySetResult();
                }
            }

            await process.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            faulty.TrySetResult();
        }

        return report.ToString();
    }
}
