using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Tests;

/// <summary>The document and the kit are equal both ways.</summary>
public class RulebookTests
{
    [Fact]
    public void Every_rule_has_a_check_or_a_reason_why_it_has_none()
    {
        var tried = AllChecks.List.SelectMany(check => check.Rules).ToHashSet();

        Assert.DoesNotContain(Rulebook.Rules.Select(rule => rule.Id), id => !tried.Contains(id) && !AllChecks.NotCheckable.ContainsKey(id));
        Assert.Empty(tried.Intersect(AllChecks.NotCheckable.Keys));
    }

    [Fact]
    public void Every_id_in_the_kit_is_a_rule_of_the_document()
    {
        var rules = Rulebook.Rules.Select(rule => rule.Id).ToHashSet();

        Assert.DoesNotContain(AllChecks.List.SelectMany(check => check.Rules).Concat(AllChecks.NotCheckable.Keys), id => !rules.Contains(id));
    }

    [Fact]
    public void Every_id_that_the_document_mentions_is_one_of_its_rules_and_none_stands_twice()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "protocol.md"));
        var mentioned = System.Text.RegularExpressions.Regex.Matches(text, @"\[([A-Z]+-\d+)\]").Select(match => match.Groups[1].Value).Distinct();
        var rules = Rulebook.Rules.Select(rule => rule.Id).ToList();

        Assert.Equal(rules.Distinct(), rules);
        Assert.Equal(rules.Order(StringComparer.Ordinal), mentioned.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Titles_of_checks_are_unique() =>
        Assert.Equal(AllChecks.List.Count, AllChecks.List.Select(check => check.Title).Distinct().Count());

    [Fact]
    public void Rules_are_chosen_by_id_and_by_group()
    {
        Assert.Equal(["FMT-1", "FMT-7", "RES-3"], Rulebook.Named(["res-3", "FMT-1", "FMT-7"]).Select(rule => rule.Id));
        Assert.All(Rulebook.Named(["MSG"]), rule => Assert.StartsWith("MSG-", rule.Id, StringComparison.Ordinal));
        Assert.Equal(Rulebook.Rules, Rulebook.Named([]));
        Assert.Contains("Groups are ENV, FMT", Assert.Throws<ArgumentException>(() => Rulebook.Named(["MSGS"])).Message, StringComparison.Ordinal);
    }
}
