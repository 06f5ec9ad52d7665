using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>
/// Guarantee 5: whatever fails, no acknowledged message is lost, none is doubled, and nobody is left in silence.
/// Each test breaks one thing while 200 phones write; the checker proves the rest from what they recorded.
/// </summary>
/// <remarks><c>MESSENGER_CHAOS_MINUTES</c> makes each of them go on with its failure for so long; by default it happens once.</remarks>
[Collection(SharedClusterCollection.Name)]
[Trait("Category", "Cluster")]
public class ChaosTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int People = 200;
    private const int GroupSize = 10;

    /// <summary>Messages between two failures: about five seconds of the crowd's work.</summary>
    private const int Calm = 500;

    /// <summary>Two messages a second and person would be a very busy group.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    /// <summary>Some seconds, on a machine that others use too; who waits for an actor's own limit takes 30.</summary>
    private static readonly TimeSpan StopTogether = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan DatabasePause = TimeSpan.FromSeconds(20);

    [Fact]
    public Task Kill_9_of_a_worker() => Survives(async (cluster, round) =>
    {
        var worker = cluster.WorkerProcesses[round % cluster.WorkerProcesses.Count];
        worker.Kill9();
        await worker.Restart();
    });

    [Fact]
    public Task Kill_9_of_a_gateway() => Survives(async (cluster, round) =>
    {
        var gateway = cluster.GatewayProcesses[round % cluster.GatewayProcesses.Count];
        gateway.Kill9();
        await gateway.Restart();
    });

    [Fact]
    public Task A_restart_of_Redis() => Survives(async (cluster, _) =>
    {
        await cluster.Redis.Kill();
        await cluster.Redis.Restart();
    });

    [Fact]
    public Task PostgreSQL_paused_for_20_seconds() => Survives(async (cluster, _) =>
    {
        cluster.Postgres.Pause();
        using var timer = new PeriodicTimer(DatabasePause);
        await timer.WaitForNextTickAsync();
        cluster.Postgres.Resume();
    });

    [Fact]
    public Task A_rolling_restart_of_every_process() => Survives(async (cluster, _) =>
    {
        foreach (var process in cluster.WorkerProcesses.Concat(cluster.GatewayProcesses))
        {
            await process.Terminate();
            await process.Restart();
        }
    });

    [Fact]
    public Task All_workers_stopped_at_once_and_started_again() => Survives(async (cluster, _) =>
    {
        var began = Clock.Now;
        await Task.WhenAll(cluster.WorkerProcesses.Select(worker => worker.Terminate()));
        var took = Clock.Now - began;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"both stopped after {took.TotalSeconds:F1} s"));
        Assert.True(took < StopTogether, $"two workers that stop together took {took.TotalSeconds:F1} s");
        await Task.WhenAll(cluster.WorkerProcesses.Select(worker => worker.Restart()));
    });

    private async Task Survives(Func<ClusterFixture, int, Task> failure)
    {
        var cluster = shared.Cluster;
        await using var crowd = await Crowd.Gather(People, GroupSize, cluster.AnyGateway);
        crowd.Start(Pace);
        var end = Clock.Now + Duration();
        var round = 0;
        do
        {
            await crowd.Progress(Calm);
            await failure(cluster, round++);
        }
        while (Clock.Now < end);

        await crowd.Progress(Calm);
        await crowd.Prove();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{round} failures, {crowd.Acknowledged} messages acknowledged, {crowd.Commuters.Sum(commuter => commuter.Reconnects)} reconnects, longest stall {crowd.LongestStall.TotalSeconds:F1} s, {crowd.Resumes.Continued} of {crowd.Resumes.All} resumes continued, {crowd.ContinuityLost} closed with 1012"));
    }

    private static TimeSpan Duration() =>
        double.TryParse(Environment.GetEnvironmentVariable("MESSENGER_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
            ? TimeSpan.FromMinutes(minutes) : TimeSpan.Zero;
}
