using Messenger.Testing.Processes;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>What the real stores get of a cluster that runs.</summary>
public sealed class ClusterTests(MonitoredCluster cluster) : IClassFixture<MonitoredCluster>
{
    /// <summary>Ranges of the stores: longer than any pause of theirs, shorter than the test.</summary>
    private const string Interval = "30s";

    public static TheoryData<string> Stores => ["Prometheus", "Victoria"];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Every_metric_arrives_under_its_name(string store)
    {
        foreach (var signal in Names.Listed)
        {
            await Arrives(store, $"count({Names.SeriesOf(signal)[0]})", signal.Name);
        }
    }

    [Fact]
    public async Task Every_metric_arrives_with_its_unit()
    {
        foreach (var signal in Names.Listed)
        {
            await Deadlines.Until(
                () => Task.FromResult(cluster.Inlet.Units.TryGetValue(signal.Name, out var unit) && (signal.Unit.Length == 0 || unit == signal.Unit)),
                Deadlines.Frame,
                () => $"{signal.Name} with the unit {signal.Unit}: it has {cluster.Inlet.Units.GetValueOrDefault(signal.Name, "not arrived")}");
        }
    }

    [Fact]
    public async Task Every_rule_is_evaluated_and_every_record_has_data()
    {
        foreach (var record in Rule.All.Select(rule => rule.Record).OfType<string>())
        {
            await Arrives("Prometheus", record, record);
        }

        var groups = (await cluster.Prometheus.Ask("/api/v1/rules"))["data"]!["groups"]!.AsArray();
        var rules = groups.SelectMany(group => group!["rules"]!.AsArray()).ToList();
        Assert.Equal(Rule.All.Count, rules.Count);
        Assert.All(rules, rule => Assert.Equal("ok", rule!["health"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Every_expression_of_the_dashboards_gives_data()
    {
        foreach (var dashboard in Dashboard.All)
        {
            foreach (var expression in dashboard.Expressions(Interval))
            {
                await Arrives("Prometheus", expression, dashboard.Name);
            }
        }
    }

    [Fact]
    public async Task A_trace_is_whole_through_two_processes()
    {
        string[] steps =
        [
            "RequestAddMessage", "IConversationGrain/AddMessages", "log group commit", "fan-out", "IUserGrain/Deliver", "IDeviceGrain/Deliver",
            "stream push", "frame written",
        ];
        List<Span> spans = [];
        await Deadlines.Until(
            () =>
            {
                spans = [.. cluster.Inlet.Spans.Where(span => span.Trace == cluster.Asked.Trace)];
                return Task.FromResult(IsWhole());
            },
            Deadlines.Frame,
            () => "a whole trace: " + string.Join("\n", spans));
        Assert.Single(spans, span => span.Parent == cluster.Asked.Parent && span.Name == "RequestAddMessage");
        Assert.Equal(2, spans.Select(span => span.Process).Distinct().Count());

        bool IsWhole()
        {
            var ids = spans.Select(span => span.Id).Append(cluster.Asked.Parent).ToHashSet();
            return steps.All(step => spans.Any(span => span.Name == step)) && spans.TrueForAll(span => ids.Contains(span.Parent));
        }
    }

    [Fact]
    public async Task Nothing_says_who_or_what()
    {
        await Deadlines.Until(
            () => Task.FromResult(cluster.Inlet.Spans.Any(span => span.Name == "frame written") && cluster.Inlet.LogEntries > 0),
            Deadlines.Frame,
            () => "spans and entries of the log");
        // The greeting of a development server tells its code to whoever started it.
        var told = cluster.Inlet.Bodies
            .Concat(cluster.Gateway.Log.Lines.Concat(cluster.Worker.Log.Lines).Where(line => !line.StartsWith("Development: every code by SMS", StringComparison.Ordinal)))
            .ToList();
        Assert.All(cluster.Secrets, secret => Assert.All(told, text =>
            Assert.True(text.IndexOf(secret, StringComparison.OrdinalIgnoreCase) is var at && at < 0, $"{secret} stands in: {Around(text, at)}")));
    }

    private static string Around(string text, int at) => text[Math.Max(0, at - 200)..Math.Min(text.Length, Math.Max(0, at) + 200)];

    private Task Arrives(string store, string expression, string what) => Deadlines.Until(
        async () => await (store == "Prometheus" ? (MetricStore)cluster.Prometheus : cluster.Victoria).Count(expression) > 0,
        Deadlines.Frame,
        () => $"{what} in {store}: {expression}");
}
