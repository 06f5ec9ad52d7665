using System.Collections.Concurrent;
using System.Globalization;
using Messenger.Conformance;
using Messenger.EndToEnd.Tests.Cluster;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>The kit on a cluster, some checks at a time.</summary>
[Collection(SharedClusterCollection.Name)]
[Trait("Category", "Cluster")]
public class ClusterRulesTests(SharedCluster shared, ITestOutputHelper output)
{
    /// <summary>Its answers take longer than a process of its own needs.</summary>
    private const int MaxConcurrency = 4;

    [Fact]
    public async Task A_cluster_holds_to_every_rule_at_all_of_its_gateways()
    {
        var kit = new Inspection(KitFixture.Target([.. shared.Cluster.GatewayProcesses.Select(gateway => gateway.Settings.WebSocket)]));
        var outcomes = new ConcurrentBag<Outcome>();

        // What waits for a minute is tried on the embedded server.
        var checks = AllChecks.List.Where(check => check.Waits == TimeSpan.Zero);
        await Parallel.ForEachAsync(checks, new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency }, async (check, _) => outcomes.Add(await kit.Run(check)));

        foreach (var slow in outcomes.OrderByDescending(outcome => outcome.Took).Take(10))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{slow.Took.TotalSeconds,6:F1} s  {slow.Check.Title}"));
        }

        var broken = outcomes.Where(outcome => outcome.Result == Result.Broken).Select(outcome => $"{outcome.Check.Title}: {outcome.Message}").ToList();
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }
}
