using System.Text.RegularExpressions;
using Messenger.Telemetry;

namespace Messenger.Monitoring.Tests;

/// <summary>How Prometheus spells the list's names.</summary>
internal static partial class Names
{
    public static IReadOnlyList<Signal> Listed { get; } = [.. Signals.All, .. Signals.OfLibraries];

    /// <summary>Every series' name that a signal may have: a histogram has three.</summary>
    public static IReadOnlyList<string> SeriesOf(Signal signal)
    {
        var name = Prometheus(signal);
        return signal.Kind == SignalKind.Histogram ? [name + "_bucket", name + "_sum", name + "_count"] : [name];
    }

    /// <summary>As OpenTelemetry's compatibility rules have it: underscores, the unit where it is one, and _total behind counters.</summary>
    public static string Prometheus(Signal signal)
    {
        var name = NoWord().Replace(signal.Name, "_");
        var unit = signal.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "" => "",
            ['{', .., '}'] => "",
            _ => throw new InvalidOperationException($"{signal.Name} has the unit {signal.Unit}, which nobody thought of"),
        };
        return name + unit + (signal.Kind == SignalKind.Counter ? "_total" : "");
    }

    /// <summary>The metrics that an expression names, recorded ones included.</summary>
    public static IEnumerable<string> In(string expression) => Metric().Matches(Quoted().Replace(Braces().Replace(expression, ""), "")).Select(match => match.Value);

    /// <summary>Each metric that an expression names, with its braces where it has any.</summary>
    public static IEnumerable<string> Selectors(string expression) => Selector().Matches(Grouping().Replace(expression, " ")).Select(match => match.Value);

    /// <summary>What its aggregations keep.</summary>
    public static IEnumerable<string> By(string expression) => Grouping().Matches(expression).Select(match => match.Groups[1].Value);

    // Not within braces, where labels have such names too: those stand behind a brace or a comma.
    [GeneratedRegex(@"(?<![\w:{,])(?:messenger|orleans|db|dotnet|http|target)[_:][\w:]+(?:\{[^}]*\})?")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NoWord();

    [GeneratedRegex(@"\b(?:messenger|orleans|db|dotnet|http)[_:][\w:]+")]
    private static partial Regex Metric();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    // Labels stand in braces, or behind by.
    [GeneratedRegex(@"\{[^}]*\}|\bby \([^)]*\)")]
    private static partial Regex Braces();
}
