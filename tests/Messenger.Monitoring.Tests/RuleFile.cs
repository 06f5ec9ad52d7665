using YamlDotNet.Serialization;

namespace Messenger.Monitoring.Tests;

/// <summary>One rule of the chart: it records a series, or it is an alert.</summary>
internal sealed record Rule(string? Record, string? Alert, string Expression, string? Runbook)
{
    public static IReadOnlyList<string> Files { get; } = [.. Directory.GetFiles(Path.Combine(Tool.Chart, "rules"), "*.yaml").Order()];

    public static IReadOnlyList<Rule> All { get; } = [.. Files.SelectMany(Read)];

    private static IEnumerable<Rule> Read(string file)
    {
        var root = new Deserializer().Deserialize<Dictionary<string, List<Dictionary<string, object>>>>(File.ReadAllText(file));
        return root["groups"].SelectMany(group => (List<object>)group["rules"]).Cast<Dictionary<object, object>>().Select(rule => new Rule(
            rule.GetValueOrDefault("record") as string,
            rule.GetValueOrDefault("alert") as string,
            (string)rule["expr"],
            (rule.GetValueOrDefault("annotations") as Dictionary<object, object>)?.GetValueOrDefault("runbook") as string));
    }
}
