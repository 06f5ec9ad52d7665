using System.Globalization;
using CsCheck;
using Messenger.EndToEnd.Tests.Cluster;
using Messenger.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Model;

/// <summary>
/// Random lives of four people, what is allowed and what is not, beside a small model of the protocol: every answer and, after every step, what
/// people see must be the model's. A life that differs is shrunk, and printed with the seed that makes it again.
/// </summary>
/// <remarks><c>MESSENGER_MODEL_MINUTES</c>, or what <c>tests/run --minutes</c> sets, makes each of them go on for so long; <c>CsCheck_Seed</c> begins with a known life.</remarks>
public class ModelTests(SharedServer server, ITestOutputHelper output) : OnSharedServer(server)
{
    private const int Longest = 40;

    /// <summary>Enough for some thousand steps; on a busy machine some hundred.</summary>
    private const int Seconds = 12;

    /// <summary>A death costs seconds until somebody else answers.</summary>
    private const int SecondsWithDeaths = 25;

    /// <summary>Steps between deaths that a slow machine takes too, in so short a run.</summary>
    private const int FewestWithDeaths = 10;

    /// <summary>Of a thousand steps: in a long run one process dies about every ten seconds.</summary>
    private const int Kills = 25;

    /// <summary>In a short one at least one is to die.</summary>
    private const int KillsWhenShort = 60;

    private static int? Asked => Of("MESSENGER_MODEL_MINUTES") ?? Of("MESSENGER_CHAOS_MINUTES");

    [Fact]
    public async Task One_process_lives_as_the_model_does()
    {
        await using var run = new ModelRun(() => Server.WebSocket, kill: null);
        await run.Begin();
        Check(run, Step.Lives(Longest, kills: 0), Asked ?? Seconds, Longest);
    }

    /// <summary>The same, while processes die: a few lives and deaths by default, since a cluster takes minutes to show what is rare.</summary>
    [Fact]
    [Trait("Category", "Cluster")]
    public async Task A_cluster_whose_processes_die_lives_as_the_model_does()
    {
        await using var cluster = await ClusterFixture.StartAsync();
        var round = 0;
        await using var run = new ModelRun(cluster.AnyGateway, async () =>
        {
            // Workers and gateways in turn. The next one dies only when this one is back.
            var processes = cluster.WorkerProcesses.Concat(cluster.GatewayProcesses).ToList();
            var victim = processes[round++ % processes.Count];
            victim.Kill9();
            await victim.Restart();
        });
        await run.Begin();
        Check(run, Step.Lives(Longest, Asked is null ? KillsWhenShort : Kills), Asked ?? SecondsWithDeaths, FewestWithDeaths);
        output.WriteLine($"{round} processes died");
    }

    private static int? Of(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var minutes) ? (int)(minutes * 60) : null;

    private void Check(ModelRun run, Gen<Step[]> runs, int seconds, int fewest)
    {
        // One life at a time: its people and their blacklists are shared by all.
        runs.Sample(
            steps => run.Live(steps).GetAwaiter().GetResult(), time: seconds, threads: 1, print: steps => string.Join(", ", steps.Select(step => step.ToString())));
        output.WriteLine($"{run.Steps} steps, {run.Retries} asked again");
        Assert.True(run.Steps > fewest, "next to nothing was tried");
    }
}
