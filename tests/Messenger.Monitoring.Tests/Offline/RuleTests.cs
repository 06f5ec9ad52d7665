namespace Messenger.Monitoring.Tests.Offline;

/// <summary>Prometheus' own tool reads what the chart ships, and tries each alert on made-up series.</summary>
public sealed class RuleTests
{
    private static readonly string Promtool = Tool.Program("promtool");

    public static TheoryData<string> Alerts => [.. Rule.All.Select(rule => rule.Alert).OfType<string>().Distinct()];

    [Fact]
    public void The_rules_are_well_formed() => Tool.Done(Promtool, ["check", "rules", "--lint-fatal", .. Rule.Files]);

    /// <summary>Its file must try both: a case with an alert and one without.</summary>
    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_fires_and_stays_quiet(string alert)
    {
        var file = Path.Combine(Tool.Tests, "Rules", alert + ".yaml");
        var text = File.ReadAllText(file);
        Assert.Contains("exp_labels:", text, StringComparison.Ordinal);
        Assert.Contains("exp_alerts: []", text, StringComparison.Ordinal);
        Tool.Done(Promtool, "test", "rules", file);
    }

    /// <summary>Production and another in one Prometheus: neither hides what happens to the other.</summary>
    [Fact]
    public void Releases_of_one_Prometheus_are_kept_apart() => Tool.Done(Promtool, "test", "rules", Path.Combine(Tool.Tests, "Rules", "TwoReleases.yaml"));

    /// <summary>Every one, so that a rule of tomorrow does not mix them again; the chart finds its place by the matcher.</summary>
    [Fact]
    public void Every_aggregation_and_every_selector_names_the_release()
    {
        Assert.All(Rule.All, rule =>
        {
            Assert.DoesNotMatch(@"\b(sum|min|max|avg|count|group|topk)\s*\(", rule.Expression);
            Assert.All(Names.By(rule.Expression), by => Assert.StartsWith("namespace, release", by, StringComparison.Ordinal));
            Assert.All(Names.Selectors(rule.Expression), selector => Assert.Contains("release=~\".*\"", selector, StringComparison.Ordinal));
        });
        Assert.All(Dashboard.All, dashboard =>
        {
            Assert.Equal(["datasource", "namespace", "release"], dashboard.Json["templating"]!["list"]!.AsArray().Select(variable => variable!["name"]!.GetValue<string>()));
            Assert.All(
                dashboard.Expressions().SelectMany(Names.Selectors), selector => Assert.Contains("namespace=\"\",release=\"\"", selector, StringComparison.Ordinal));
        });
    }

    /// <summary>All of them as rules of one file: one start of the tool.</summary>
    [Fact]
    public void Every_expression_of_the_dashboards_is_PromQL()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, Dashboard.All.SelectMany(dashboard => dashboard.Expressions()).Distinct()
                .Select((expression, number) => $"      - {{record: 'expression:{number}', expr: '{expression.Replace("'", "''", StringComparison.Ordinal)}'}}")
                .Prepend("groups:\n  - name: dashboards\n    rules:"));
            Tool.Done(Promtool, "check", "rules", file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
