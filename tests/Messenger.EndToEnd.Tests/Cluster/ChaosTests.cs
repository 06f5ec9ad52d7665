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

    /// <summary>Shorter than the silence after which a silo is dead: it goes on as if nothing had been.</summary>
    private static readonly TimeSpan Hiccup = TimeSpan.FromSeconds(4);

    /// <summary>Beyond the ten seconds after which a silo that says nothing is dead at the latest.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(15);

    /// <summary>Of the connections that a planned restart ends, so many go on where they were.</summary>
    private const double Continued = 0.95;

    /// <summary>The exit code of a process that learns that the cluster went on without it; an abort would leave its memory in a core dump.</summary>
    private const int DeclaredDead = 4;

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
        await Pause(DatabasePause);
        cluster.Postgres.Resume();
    });

    [Fact]
    public Task A_pause_of_seconds_ends_nobody() => Survives(async (cluster, round) =>
    {
        var all = cluster.WorkerProcesses.Concat(cluster.GatewayProcesses).ToList();
        var paused = all[round % all.Count];
        paused.Pause();
        await Pause(Hiccup);
        paused.Resume();
        await Pause(Hiccup);
        Assert.All(all, process => Assert.True(process.IsRunning, $"a pause of {Hiccup.TotalSeconds} s ended a process:\n{process.Log.Tail}"));
    });

    [Fact]
    public Task A_worker_that_stands_still_and_goes_on() => Survives((cluster, round) =>
        StandsStill(cluster.WorkerProcesses[round % cluster.WorkerProcesses.Count]));

    [Fact]
    public Task A_gateway_that_stands_still_and_goes_on() => Survives((cluster, round) =>
        StandsStill(cluster.GatewayProcesses[round % cluster.GatewayProcesses.Count]));

    [Fact]
    public Task Kill_9_of_a_worker_and_a_gateway_together() => Survives(async (cluster, round) =>
    {
        ServerProcess[] both =
        [
            cluster.WorkerProcesses[round % cluster.WorkerProcesses.Count], cluster.GatewayProcesses[round % cluster.GatewayProcesses.Count],
        ];
        Array.ForEach(both, process => process.Kill9());
        await Task.WhenAll(both.Select(process => process.Restart()));
    });

    [Fact]
    public async Task A_rolling_restart_of_every_process()
    {
        var crowd = await Survives(async (cluster, _) =>
        {
            foreach (var process in cluster.WorkerProcesses.Concat(cluster.GatewayProcesses))
            {
                await process.Terminate();
                await process.Restart();
            }
        });

        Assert.Equal(0, crowd.ContinuityLost);
        Assert.True(crowd.Resumes.Continued >= Continued * crowd.Resumes.All, $"{crowd.Resumes.Continued} of {crowd.Resumes.All} resumes continued");
    }

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

    /// <summary>
    /// It is declared dead meanwhile, and ends as soon as it learns of that: until then it goes on with what waits in its buffers, and nothing of it may be seen.
    /// </summary>
    private static async Task StandsStill(ServerProcess process)
    {
        process.Pause();
        await Pause(Standstill);
        process.Resume();
        await Deadlines.Until(() => Task.FromResult(!process.IsRunning), Deadlines.Recovery, () => "a process that was silent for so long is still a member");
        Assert.Equal(DeclaredDead, process.ExitCode);
        await process.Restart();
    }

    private static async Task Pause(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }

    /// <returns>The crowd, proven and at rest.</returns>
    private async Task<Crowd> Survives(Func<ClusterFixture, int, Task> failure)
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
            $"{round} failures, {crowd.Acknowledged} messages acknowledged, {crowd.Clients.Sum(commuter => commuter.Reconnects)} reconnects, longest stall {crowd.LongestStall.TotalSeconds:F1} s, {crowd.Resumes.Continued} of {crowd.Resumes.All} resumes continued, {crowd.ContinuityLost} closed with 1012"));
        return crowd;
    }

    private static TimeSpan Duration() =>
        double.TryParse(Environment.GetEnvironmentVariable("MESSENGER_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
            ? TimeSpan.FromMinutes(minutes) : TimeSpan.Zero;
}
