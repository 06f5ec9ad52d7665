using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>
/// Release N−1 beside N, both ways: processes are exchanged one at a time while people write, and the history checker judges what every one of them
/// recorded. Every mixture stands for a while: old workers with new gateways, new workers with old gateways, one of each.
/// </summary>
/// <remarks>Only with <c>tests/run --long</c>: the release before has to be built first, which takes longer than the test.</remarks>
[Trait("Category", "Cluster")]
[Trait("Length", "Long")]
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    private const int People = 60;
    private const int GroupSize = 6;

    /// <summary>Messages that are acknowledged in each mixture: some seconds of this crowd.</summary>
    private const int Calm = 150;

    private static readonly string[] Misunderstandings = ["TypeLoadException", "MissingMethodException", "CodecNotFoundException", "UnavailableTypeReference"];

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Each commit in both orders of the roles.</summary>
    public static TheoryData<string, bool> Ways()
    {
        var ways = new TheoryData<string, bool>();
        foreach (var commit in PreviousRelease.Commits)
        {
            ways.Add(commit, true);
            ways.Add(commit, false);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Forth_and_back(string commit, bool workersFirst)
    {
        var before = await PreviousRelease.Host(commit);
        Assert.NotEqual(Built.Host, before);
        var migrations = await PreviousRelease.NewMigrations(commit);
        await using var cluster = await ClusterFixture.StartReleaseAsync(before);
        await using var crowd = await Crowd.Gather(People, GroupSize, cluster.AnyGateway);
        crowd.Start(Pace);
        await crowd.Progress(Calm);

        // As docs/kubernetes.md has it: first the database, then one process at a time.
        await cluster.Migrate(Built.Host);
        await crowd.Progress(Calm);
        IReadOnlyList<ServerProcess>[] order = workersFirst
            ? [cluster.WorkerProcesses, cluster.GatewayProcesses]
            : [cluster.GatewayProcesses, cluster.WorkerProcesses];
        foreach (var process in order.SelectMany(role => role))
        {
            await Exchange(process, Built.Host, crowd);
        }

        if (migrations.Count == 0)
        {
            // The way back is the same with the roles' order the same, so that both mixtures are seen in that direction, too.
            foreach (var process in order.SelectMany(role => role))
            {
                await Exchange(process, before, crowd);
            }
        }
        else
        {
            await IsRefused(order[0][0], before, migrations[^1]);
            await crowd.Progress(Calm);
        }

        await crowd.Prove();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{commit[..7]}, {migrations.Count} migrations between: {crowd.Acknowledged} messages acknowledged, "
            + $"longest stall {crowd.LongestStall.TotalSeconds:F1} s, {crowd.Resumes.Continued} of {crowd.Resumes.All} resumes continued, "
            + $"{crowd.ContinuityLost} closed with 1012"));

        // What a method or a type that one side does not know looks like in a log: the crowd would not notice each of them.
        Assert.All(cluster.WorkerProcesses.Concat(cluster.GatewayProcesses), process => Assert.DoesNotContain(
            process.Log.Lines, line => Misunderstandings.Any(sign => line.Contains(sign, StringComparison.Ordinal))));
    }

    private static async Task Exchange(ServerProcess process, string assembly, Crowd crowd)
    {
        await process.Terminate();
        Assert.Equal(0, process.ExitCode);
        await process.RestartAs(assembly);
        await crowd.Progress(Calm);
    }

    /// <summary>The release before does not know a migration that ran: it says so and ends, and whoever serves goes on.</summary>
    private static async Task IsRefused(ServerProcess process, string assembly, string migration)
    {
        await process.Terminate();
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => process.RestartAs(assembly));
        Assert.False(process.IsRunning, $"the release before runs on a database that {migration} has changed: {fault.Message}");
        Assert.Contains("newer", process.Log.Tail, StringComparison.OrdinalIgnoreCase);
        await process.RestartAs(Built.Host);
    }
}
