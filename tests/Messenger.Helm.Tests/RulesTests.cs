using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Messenger.Helm.Tests;

/// <summary>The rules of a release look at its own series: two releases in one Prometheus record nothing twice and hide nothing of each other.</summary>
public sealed partial class RulesTests
{
    private const string Four = "kubectl-v35";

    [Fact]
    public void They_name_the_release_in_every_selector_and_on_every_rule()
    {
        foreach (var helm in Tool.Helms)
        {
            var rules = Rule.All(Rendered.With(helm, ["secrets"], "--set", "prometheusRule.enabled=true"));
            Assert.All(rules, rule =>
            {
                Assert.NotEmpty(rule.Selectors);
                Assert.All(rule.Selectors, selector => Assert.Contains("{namespace=\"chat\",release=\"chat\"", selector, StringComparison.Ordinal));
                Assert.Equal(("chat", "chat"), (rule.Labels["namespace"], rule.Labels["release"]));
            });
            Assert.All(rules.Where(rule => rule.Alert is not null), rule =>
            {
                Assert.Contains(rule.Labels["severity"], (string[])["page", "ticket"]);
                Assert.Equal($"docs/runbooks/{rule.Alert}.md", rule.Annotations["runbook"]);
            });
        }
    }

    /// <summary>What was recorded has no label of the scrape's: a matcher by job would find none of it.</summary>
    [Fact]
    public void Another_matcher_is_for_what_is_scraped() =>
        Assert.All(Rule.All(Rendered.From(Four, "everything")).SelectMany(rule => rule.Selectors), selector => Assert.Contains(
            selector.StartsWith("messenger:", StringComparison.Ordinal) ? "{namespace=\"chat\",release=\"chat\"" : "{job=\"chat\"", selector, StringComparison.Ordinal));

    /// <summary>They are of others' exporters: whoever has none gets no alert that never fires.</summary>
    [Fact]
    public void PostgreSQLs_alerts_are_asked_for_and_look_where_the_operator_says()
    {
        foreach (var helm in Tool.Helms)
        {
            Assert.DoesNotContain(Rule.All(Rendered.With(helm, ["secrets"], "--set", "prometheusRule.enabled=true")), rule => rule.Alert?.StartsWith("MessengerPostgres", StringComparison.Ordinal) == true);
            var rules = Rule.All(Rendered.With(helm, ["secrets"], "--set", "prometheusRule.enabled=true,prometheusRule.postgres.enabled=true", "--set-string", "prometheusRule.postgres.matchers=cluster=\"chat-db\""))
                .Where(rule => rule.Alert?.StartsWith("MessengerPostgres", StringComparison.Ordinal) == true).ToList();
            Assert.Equal(4, rules.Count);
            Assert.All(rules, rule =>
            {
                Assert.DoesNotContain("release=~", rule.Expression, StringComparison.Ordinal);
                Assert.Contains(rule.Alert == "MessengerPostgresVolume" ? "{persistentvolumeclaim=~\".*postgres.*\"}" : "{cluster=\"chat-db\"}", rule.Expression, StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public void Severities_labels_and_pages_are_the_operators()
    {
        var alerts = Rule.All(Rendered.From(Four, "everything")).Where(rule => rule.Alert is not null).ToList();
        Assert.Equal(["critical", "warning"], alerts.Select(rule => rule.Labels["severity"]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(alerts, rule =>
        {
            Assert.Equal("chat", rule.Labels["team"]);
            Assert.Equal($"https://wiki.example.org/runbooks/{rule.Alert}.md", rule.Annotations["runbook_url"]);
            Assert.DoesNotContain("runbook", rule.Annotations.Keys);
        });
    }

    [Theory]
    [InlineData("alertLabels.severity=x", "the label severity is given twice")]
    [InlineData("alertLabels.release=x", "the label release is given twice")]
    [InlineData("runbookUrl=docs/runbooks", "runbookUrl")]
    [InlineData("matchers=chat", "matchers")]
    [InlineData("severities.pager=x", "pager")]
    [InlineData("postgres.matchers=chat", "matchers")]
    [InlineData("postgres.volumes=chat", "volumes")]
    public void A_mistake_is_refused_in_words(string value, string words)
    {
        foreach (var helm in Tool.Helms)
        {
            var (code, output) = Tool.Helm(helm, ["template", "chat", Tool.Chart, "--kube-version", "1.33", .. Rendered.Files(["secrets"]), "--set", $"prometheusRule.enabled=true,prometheusRule.{value}"]);
            Assert.NotEqual(0, code);
            Assert.Contains(words, output, StringComparison.Ordinal);
        }
    }

    private sealed partial record Rule(string? Alert, string Expression, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
    {
        public IReadOnlyList<string> Selectors { get; } = [.. Selector().Matches(Expression).Select(match => match.Value)];

        public static List<Rule> All(Rendered rendered)
        {
            var found = new List<Rule>();
            foreach (var part in rendered.Text.Split("\n---").Where(part => part.Contains("kind: PrometheusRule", StringComparison.Ordinal)))
            {
                var root = new Deserializer().Deserialize<Dictionary<string, object>>(part);
                var groups = (List<object>)((Dictionary<object, object>)root["spec"])["groups"];
                found.AddRange(groups.Cast<Dictionary<object, object>>().SelectMany(group => (List<object>)group["rules"]).Cast<Dictionary<object, object>>().Select(rule =>
                    new Rule(rule.GetValueOrDefault("alert") as string, (string)rule["expr"], Strings(rule, "labels"), Strings(rule, "annotations"))));
            }

            Assert.True(found.Count > 40, $"only {found.Count} rules were rendered");
            return found;
        }

        private static Dictionary<string, string> Strings(Dictionary<object, object> rule, string name) =>
            rule.GetValueOrDefault(name) is Dictionary<object, object> map ? map.ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value) : [];

        // A metric, with its braces where it has any; names of labels stand behind a brace, a comma or within by.
        [GeneratedRegex(@"(?<![\w:{,]|, )(?:messenger|db_client|dotnet)[_:][\w:]+(?:\{[^}]*\})?(?=[\s\[)])")]
        private static partial Regex Selector();
    }
}
