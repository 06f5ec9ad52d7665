using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>Paths between hosts that are cut without a word, in one direction or both, while both hosts reach the stores.</summary>
/// <remarks>One end of a cut path is declared dead. Which is not said here: either way everybody goes on within the bound.</remarks>
[Trait("Category", "Cluster")]
public sealed class PartitionTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int People = 40;
    private const int GroupSize = 10;
    private const int Calm = 100;

    /// <summary>
    /// From a message's first try to its acknowledgement: the cut is found within ten seconds, and a request that was under way then is answered
    /// <c>unavailable</c> within ten of its arrival and sent again.
    /// </summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>Longer than what finds it.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly HostNetwork _network = new();
    private ClusterFixture _cluster = null!;

    public async Task InitializeAsync() => _cluster = await ClusterFixture.OnHosts(_network);

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _network.Dispose();
    }

    [Fact]
    public Task Between_two_workers_in_one_direction() => Survives(
        () => Host(_cluster.WorkerProcesses[1]).Ignore(Host(_cluster.WorkerProcesses[0])),
        () => Host(_cluster.WorkerProcesses[1]).Mend());

    [Fact]
    public Task Between_a_gateway_and_a_worker_in_one_direction() => Survives(
        () => Host(_cluster.WorkerProcesses[0]).Ignore(Host(_cluster.GatewayProcesses[0])),
        () => Host(_cluster.WorkerProcesses[0]).Mend());

    [Fact]
    public Task A_host_that_vanishes_and_comes_back() => Survives(
        () => Host(_cluster.WorkerProcesses[0]).Vanish(),
        () => Host(_cluster.WorkerProcesses[0]).Mend());

    private static NetworkHost Host(ServerProcess process) => process.Settings.Host!;

    private async Task Survives(Action cut, Action mend)
    {
        await using var crowd = await Crowd.Gather(People, GroupSize, _cluster.AnyGateway);
        crowd.Start(Pace);
        await crowd.Progress(Calm);
        cut();
        using (var timer = new PeriodicTimer(Length))
        {
            await timer.WaitForNextTickAsync();
        }

        // It has been found by now: the others work while it lasts.
        await crowd.Progress(Calm);
        mend();
        var all = _cluster.WorkerProcesses.Concat(_cluster.GatewayProcesses).ToList();
        await Deadlines.Until(() => Task.FromResult(all.Any(process => !process.IsRunning)), Deadlines.Recovery, () => "nobody was declared dead");
        await Task.WhenAll(all.Where(process => !process.IsRunning).Select(process => process.Restart()));
        await crowd.Progress(Calm);
        await crowd.Prove();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{crowd.Acknowledged} messages acknowledged, longest stall {crowd.LongestStall.TotalSeconds:F1} s, {crowd.Resumes.Continued} of {crowd.Resumes.All} resumes continued"));
        Assert.True(crowd.LongestStall < Bound, $"a message waited for {crowd.LongestStall.TotalSeconds:F1} s");
    }
}
