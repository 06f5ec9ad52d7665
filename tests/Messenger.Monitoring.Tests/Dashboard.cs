using System.Text.Json.Nodes;

namespace Messenger.Monitoring.Tests;

/// <summary>A dashboard of the chart.</summary>
internal sealed record Dashboard(string Name, JsonNode Json)
{
    public static IReadOnlyList<Dashboard> All { get; } =
        [.. Directory.GetFiles(Path.Combine(Tool.Chart, "dashboards"), "*.json").Order().Select(file => new Dashboard(Path.GetFileName(file), JsonNode.Parse(File.ReadAllText(file))!))];

    /// <summary>What its panels ask, with the interval that Grafana would put in, and of series that say no namespace and no release.</summary>
    public IEnumerable<string> Expressions(string interval = "1m") =>
        Json["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>()
            .Replace("$__rate_interval", interval, StringComparison.Ordinal)
            .Replace("$namespace", "", StringComparison.Ordinal)
            .Replace("$release", "", StringComparison.Ordinal));
}
