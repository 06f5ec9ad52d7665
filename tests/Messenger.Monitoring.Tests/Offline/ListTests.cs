using Messenger.Testing.Processes;
using Messenger.Telemetry;
using Signal = Messenger.Telemetry.Signal;

namespace Messenger.Monitoring.Tests.Offline;

/// <summary>The list, its document, the dashboards and the rules say the same names: a renamed metric fails here.</summary>
public sealed class ListTests
{
    private static readonly HashSet<string> Known =
        [.. Names.Listed.SelectMany(Names.SeriesOf), .. Rule.All.Select(rule => rule.Record).OfType<string>()];

    [Fact]
    public void The_document_holds_the_list()
    {
        var table = File.ReadLines(Path.Combine(Built.Root, "docs", "operations.md"))
            .SkipWhile(line => line != "## Metrics").TakeWhile(line => line != "## Health").Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        Assert.Equal(Names.Listed.Select(Row), table);
    }

    [Fact]
    public void Names_and_units_follow_the_conventions()
    {
        Assert.All(Signals.All, signal =>
        {
            Assert.Matches(@"^messenger(\.[a-z]+(_[a-z]+)*)+$", signal.Name);
            Assert.Matches(@"^(s|By|\{[a-z]+\})$", signal.Unit);
            Assert.EndsWith(".", signal.Tells);
            Assert.Equal(signal.Kind == SignalKind.Histogram, signal.Bounds.Count > 0);
        });
        Assert.Equal(Names.Listed.Count, Names.Listed.DistinctBy(signal => signal.Name).Count());
    }

    [Fact]
    public void Dashboards_ask_for_listed_metrics_alone()
    {
        foreach (var dashboard in Dashboard.All)
        {
            Assert.All(dashboard.Expressions().SelectMany(Names.In), name => Assert.True(Known.Contains(name), $"{dashboard.Name} asks for {name}, which is not listed"));
        }
    }

    [Fact]
    public void Rules_ask_for_listed_metrics_alone() =>
        Assert.All(Rule.All, rule => Assert.All(Names.In(rule.Expression), name => Assert.True(Known.Contains(name), $"{rule.Alert ?? rule.Record} asks for {name}, which is not listed")));

    [Fact]
    public void Every_metric_is_on_a_dashboard()
    {
        var shown = Dashboard.All.SelectMany(dashboard => dashboard.Expressions()).SelectMany(Names.In).ToHashSet();
        Assert.All(Names.Listed, signal => Assert.True(Names.SeriesOf(signal).Any(shown.Contains), $"no dashboard shows {signal.Name}"));
    }

    [Fact]
    public void Every_alert_has_its_page_and_every_page_its_alert()
    {
        var alerts = Rule.All.Where(rule => rule.Alert is not null).ToList();
        Assert.All(alerts, rule => Assert.Equal($"docs/runbooks/{rule.Alert}.md", rule.Runbook));
        var pages = Directory.GetFiles(Path.Combine(Built.Root, "docs", "runbooks"), "*.md");
        Assert.Equal(alerts.Select(rule => rule.Alert!).Distinct().Order(StringComparer.Ordinal), pages.Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal));
        Assert.All(pages, page => Assert.Equal(
            ["## What it means", "## How to look", "## What to do"], File.ReadLines(page).Where(line => line.StartsWith("## ", StringComparison.Ordinal))));
    }

    private static string Row(Signal signal) =>
        $"| `{signal.Name}` | {signal.Kind} | {signal.Unit} | {string.Join("; ", signal.Labels.Select(label => $"`{label.Name}` ({label.Takes})"))} | {signal.Tells} |";
}
