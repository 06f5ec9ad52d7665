using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>Whoever waits for the stores hears nothing, not even that the connection ended.</summary>
public sealed class StopWithSilentStoresTests(ITestOutputHelper output) : StopTests(output)
{
    protected override Task TakeAway(ClusterFixture cluster)
    {
        cluster.Postgres.Pause();
        cluster.Redis.Pause();
        return Task.CompletedTask;
    }

    protected override void GiveBack(ClusterFixture cluster)
    {
        cluster.Postgres.Resume();
        cluster.Redis.Resume();
    }
}

/// <summary>Each connection to a store is refused.</summary>
public sealed class StopWithoutStoresTests(ITestOutputHelper output) : StopTests(output)
{
    protected override async Task TakeAway(ClusterFixture cluster)
    {
        await cluster.Postgres.Kill();
        await cluster.Redis.Kill();
    }
}

/// <summary>A stop ends in order when nothing more can be achieved (docs/operations.md): it does not wait for stores that are away until its own timer cuts it off.</summary>
/// <remarks>A class for each, so that they do it beside each other.</remarks>
[Trait("Category", "Cluster")]
public abstract class StopTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int People = 20;
    private const int GroupSize = 5;
    private const int Calm = 60;

    /// <summary>The documented 40 s, on a machine that others use too; half of the server's own limit.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);
    private ClusterFixture _cluster = null!;

    public async Task InitializeAsync() => _cluster = await ClusterFixture.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task It_ends_in_time_without_its_stores()
    {
        await using var crowd = await Crowd.Gather(People, GroupSize, _cluster.AnyGateway);
        crowd.Start(Pace);
        await crowd.Progress(Calm);

        // Everybody goes on writing, so that there is something to settle.
        await TakeAway(_cluster);
        var began = Clock.Now;
        ServerProcess[] processes = [_cluster.WorkerProcesses[0], _cluster.GatewayProcesses[0]];
        await Task.WhenAll(processes.Select(process => process.Terminate(Bound)));
        var took = (Clock.Now - began).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ended after {took:F1} s with {string.Join(" and ", processes.Select(process => process.ExitCode))}"));
        GiveBack(_cluster);
        Assert.All(processes, process => Assert.Equal(0, process.ExitCode));
        await Task.WhenAll(_cluster.WorkerProcesses.Concat(_cluster.GatewayProcesses).Where(process => process.IsRunning).Select(process => Task.Run(process.Kill9)));
    }

    protected abstract Task TakeAway(ClusterFixture cluster);

    protected virtual void GiveBack(ClusterFixture cluster)
    {
    }
}
