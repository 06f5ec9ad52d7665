using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Load;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>A Redis that lost its data: the members write themselves again, whoever comes joins them, and nobody misses a message.</summary>
[Trait("Category", "Cluster")]
public sealed class LostMembershipTests : IAsyncLifetime
{
    private const int People = 40;
    private const int GroupSize = 10;

    /// <summary>Messages before, between and after: some seconds of the crowd's work.</summary>
    private const int Calm = 100;

    /// <summary>Two gateways and two workers, and the version.</summary>
    private const int Fields = 5;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly HttpClient Http = new();
    private ClusterFixture _cluster = null!;

    public async Task InitializeAsync() => _cluster = await ClusterFixture.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public Task A_flush_is_healed_and_a_newcomer_joins_the_same_cluster() => Survives(() => _cluster.Redis.Ask("FLUSHALL"));

    [Fact]
    public Task A_restart_without_what_was_stored_is_healed() => Survives(async () =>
    {
        // Its file holds the flush, and nothing that came after it.
        await _cluster.Redis.Ask("FLUSHALL");
        await _cluster.Redis.Kill();
        await _cluster.Redis.Restart();
    });

    [Fact]
    public async Task What_Redis_does_not_take_is_said_after_a_while_and_heals_by_itself()
    {
        await using var crowd = await Crowd.Gather(People, GroupSize, _cluster.AnyGateway);
        crowd.Start(Pace);
        await crowd.Progress(Calm);

        // Nothing is lost yet: members go on without it.
        foreach (var (make, mend) in new[]
        {
            ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
            ("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0"),
        })
        {
            await _cluster.Redis.Ask(make);
            await crowd.Progress(Calm);
            Assert.All(await Task.WhenAll(Everybody.Select(Reasons)), Assert.Empty);

            // A read-only Redis cannot be flushed, one without memory can.
            await _cluster.Redis.Ask(mend);
        }

        await _cluster.Redis.Ask("CONFIG SET maxmemory 1");
        await _cluster.Redis.Ask("FLUSHALL");
        await Deadlines.Until(
            async () => (await Task.WhenAll(Everybody.Select(Reasons))).All(reasons => reasons.Any(reason => reason.Contains("gone from the membership table", StringComparison.Ordinal) && reason.Contains("OOM", StringComparison.Ordinal))),
            Deadlines.Recovery, () => "a process whose row is gone for long says that it is ready");
        await crowd.Progress(Calm);
        await _cluster.Redis.Ask("CONFIG SET maxmemory 0");
        await Healed(Fields);
        await Deadlines.Until(
            async () => (await Task.WhenAll(Everybody.Select(Reasons))).All(reasons => reasons.Count == 0), Deadlines.Recovery, () => "a process is not ready again");
        await crowd.Progress(Calm);
        await crowd.Prove();
    }

    private IEnumerable<ServerProcess> Everybody => _cluster.WorkerProcesses.Concat(_cluster.GatewayProcesses);

    private async Task Survives(Func<Task> loss)
    {
        var processes = Everybody.Select(process => process.Id).ToList();
        await using var crowd = await Crowd.Gather(People, GroupSize, _cluster.AnyGateway);
        crowd.Start(Pace);
        await crowd.Progress(Calm);
        await loss();

        // Nobody waits for the others to be there again: that is what the newcomer has to do.
        await _cluster.AddWorker();
        await Healed(Fields + 1);
        await crowd.Progress(Calm);
        await crowd.Prove();

        // The same processes, and none had to be asked twice whether it lives.
        Assert.Equal(processes, Everybody.Where(process => process != _cluster.WorkerProcesses[^1]).Select(process => process.Id));
        Assert.All(Everybody, process => Assert.True(process.IsRunning));
    }

    private Task Healed(int fields) => Deadlines.Until(
        async () => await _cluster.Redis.Ask($"HLEN messenger/members/{_cluster.ClusterId}") == $":{fields}",
        Deadlines.Recovery,
        () => $"the membership table has not {fields} fields");

    private static async Task<IReadOnlyList<string>> Reasons(ServerProcess process)
    {
        using var answer = await Http.GetAsync(new Uri(process.Settings.Http, "/health/ready"));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var reasons = body.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("reason").GetString()!).ToList();
        Assert.Equal(answer.StatusCode == HttpStatusCode.OK, body.GetProperty("status").GetString() == "ready");
        return reasons;
    }
}
