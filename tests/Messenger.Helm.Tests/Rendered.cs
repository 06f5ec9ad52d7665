using k8s;

namespace Messenger.Helm.Tests;

/// <summary>What the chart makes of values.</summary>
internal sealed record Rendered(string Text, IReadOnlyList<object> Objects)
{
    public static Rendered From(string helm, params string[] values) => With(helm, values);

    /// <summary>The same, with arguments of helm's behind the files.</summary>
    public static Rendered With(string helm, string[] values, params string[] more)
    {
        var (code, text) = Tool.Helm(helm, ["template", "chat", Tool.Chart, "--namespace", "chat", "--kube-version", "1.33", .. Files(values), .. more]);
        Assert.True(code == 0, text);

        // Strict: an unknown field is an error. Kinds of other people's operators are not known to it.
        var known = text.Split("\n---").Where(part => part.Contains("\nkind:", StringComparison.Ordinal)
            && !part.Contains("monitoring.coreos.com", StringComparison.Ordinal) && !part.Contains("gateway.networking", StringComparison.Ordinal)
            && !part.Contains("cert-manager.io/v1", StringComparison.Ordinal));
        return new Rendered(text, KubernetesYaml.LoadAllFromString(string.Join("\n---", known), strict: true));
    }

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    /// <summary>The arguments that name files of values: a size of the chart's, or one of the tests'.</summary>
    public static IEnumerable<string> Files(string[] values) => values.SelectMany(name => new[]
    {
        "-f", File.Exists(Path.Combine(Tool.Chart, $"values-{name}.yaml"))
            ? Path.Combine(Tool.Chart, $"values-{name}.yaml")
            : Path.Combine(Tool.Tests, "Values", $"{name}.yaml"),
    });
}
