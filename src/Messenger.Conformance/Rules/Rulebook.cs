using System.Text.RegularExpressions;

namespace Messenger.Conformance.Rules;

/// <summary>A rule of docs/protocol.md.</summary>
/// <param name="Id">Such as <c>MSG-3</c>.</param>
/// <param name="Text">Its words.</param>
public sealed record Rule(string Id, string Text)
{
    /// <summary>Such as <c>MSG</c>.</summary>
    public string Group => Id[..Id.IndexOf('-', StringComparison.Ordinal)];
}

/// <summary>The rules, read from the protocol's document, in its order.</summary>
public static partial class Rulebook
{
    public static IReadOnlyList<Rule> Rules { get; } = Read();

    /// <summary>The rules that are named by their ids or by their groups.</summary>
    /// <exception cref="ArgumentException">A name is neither; the message says which there are.</exception>
    public static IReadOnlyList<Rule> Named(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.FirstOrDefault(name => !Rules.Any(rule => Is(rule, name))) is { } unknown)
        {
            throw new ArgumentException(
                $"'{unknown}' is no rule and no group of rules. Groups are {string.Join(", ", Rules.Select(rule => rule.Group).Distinct())}; rules are named such as {Rules[0].Id}.");
        }

        return names.Count == 0 ? Rules : [.. Rules.Where(rule => names.Any(name => Is(rule, name)))];
    }

    private static bool Is(Rule rule, string name) =>
        rule.Id.Equals(name, StringComparison.OrdinalIgnoreCase) || rule.Group.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static List<Rule> Read()
    {
        using var reader = new StreamReader(Resources.Open("protocol.md"));
        return [.. Definition().Matches(reader.ReadToEnd()).Select(match => new Rule(match.Groups["id"].Value, Spaces().Replace(match.Groups["text"].Value.Trim(), " ")))];
    }

    /// <summary>An item of a list that begins with an id, up to the next item or an empty line.</summary>
    [GeneratedRegex(@"^(?:-|\d+\.) \[(?<id>[A-Z]+-\d+)\] (?<text>.*(?:\n  +.*)*)", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
