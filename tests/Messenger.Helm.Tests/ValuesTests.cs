using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace Messenger.Helm.Tests;

/// <summary>The values beside what is written about them: the sizing, the configuration's keys, the notes after an install.</summary>
public sealed partial class ValuesTests
{
    private const string Four = "kubectl-v35";

    /// <summary>MiB of a process without connections, KiB of an idle connection, connections to PostgreSQL of a process.</summary>
    private const int Base = 300, EachConnection = 20, Pools = 33;

    private static readonly NumberFormatInfo Spaced = new() { NumberGroupSeparator = " " };

    [Fact]
    public void Everything_names_every_value_that_there_is()
    {
        var named = Leaves(Path.Combine(Tool.Tests, "Values", "everything.yaml")).ToList();
        var forgotten = Leaves(Path.Combine(Tool.Chart, "values.yaml"))
            .Where(path => !path.StartsWith("trial.", StringComparison.Ordinal))
            .Where(path => !named.Exists(one => one == path || one.StartsWith($"{path}.", StringComparison.Ordinal))
                && !path.StartsWith("ingress.annotations.", StringComparison.Ordinal));

        Assert.Empty(forgotten);
    }

    /// <summary>What the comparison with other charts says that this one has.</summary>
    [Fact]
    public void The_table_of_values_names_values_that_there_are()
    {
        var there = Leaves(Path.Combine(Tool.Chart, "values.yaml")).ToList();
        var rows = Document("kubernetes.md").Split("## Values beside other charts")[1].Split("\n## ")[0].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1);
        var named = rows.SelectMany(row => Value().Matches(row.Split('|')[2]).Select(match => match.Groups[1].Value)).ToList();

        Assert.True(named.Count > 35, $"only {named.Count} values were found in the table");
        Assert.All(named, name => Assert.Contains(there, path => path == name || path.StartsWith($"{name}.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("small", 5_000)]
    [InlineData("medium", 50_000)]
    [InlineData("large", 300_000)]
    public void The_sizes_are_what_their_arithmetic_says(string size, int connections)
    {
        var rendered = Rendered.From(Four, "secrets", size);
        var (gateways, workers) = (Scaler(rendered, "gateway"), Scaler(rendered, "worker"));
        var each = connections / gateways.MinReplicas!.Value > 5_000 ? 10_000 : 5_000;
        var resources = rendered.All<V1Deployment>().Single(one => one.Metadata.Name.EndsWith("gateway", StringComparison.Ordinal)).Spec.Template.Spec.Containers[0].Resources;
        var (request, limit) = (MiB(resources.Requests["memory"]), MiB(resources.Limits["memory"]));
        var used = Base + (each * EachConnection / 1024);

        Assert.Equal((int)Math.Ceiling(connections / (each * .8)), gateways.MinReplicas);
        Assert.True(request >= used * 1.1, $"{request} MiB are asked for, and {used} used");
        Assert.True(limit >= request * 1.3, $"{limit} MiB leave no room above {request}");
        Assert.Contains(
            string.Create(Spaced, $"| {size} | {connections:N0} | {gateways.MinReplicas} to {gateways.MaxReplicas} | {workers.MinReplicas} to {workers.MaxReplicas} "
                + $"| {used} MiB, {request} MiB, {limit} MiB | {Pools * (gateways.MaxReplicas + workers.MaxReplicas + 2):N0} |"),
            Document("kubernetes.md"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_of_the_configuration_may_stand_in_config()
    {
        // What the chart sets itself, and TLS, which ends before the pods.
        string[] own = ["ConnectionStrings", "Silo", "Cluster", "Tls"];
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Tool.Chart, "values.schema.json")))!;
        var help = Tool.Done("dotnet", Path.Combine(Tool.Root, "src", "Messenger.Host", "bin", "Release", "net10.0", "Messenger.Host.dll"), "--help");
        var keys = KeyLine().Matches(help).Select(match => match.Groups[1].Value).Where(key => !own.Contains(key.Split(':')[0])).ToList();

        Assert.True(keys.Count > 60, $"only {keys.Count} keys were found in --help");

        // Exactly the server's own, however they are spelled: .ci/parts/chart-keys writes them into the schema.
        var pattern = $"(?i)^({string.Join('|', keys)}|(Logging|Kestrel)(:[A-Za-z0-9.]+)+)$";
        foreach (var values in new[] { "config", "secretConfig" })
        {
            Assert.True(
                pattern == schema["properties"]![values]!["propertyNames"]!["pattern"]!.GetValue<string>(),
                $"{values} of the chart's schema does not take the keys that the server has: run .ci/parts/chart-keys after a Release build");
            var taken = new Regex(pattern);
            Assert.All(keys, key => Assert.Matches(taken, key));
        }
    }

    [Theory]
    [InlineData("service.type=ClusterIP", "port-forward service/chat-messenger 8080:80")]
    [InlineData("service.type=LoadBalancer", "get service chat-messenger")]
    [InlineData("ingress.enabled=true,config.Gateway:TrustedProxies=10.0.0.0/8", "get ingress chat-messenger")]
    [InlineData("ingress.enabled=true,ingress.host=a.example,ingress.tlsSecret=tls,config.Gateway:TrustedProxies=", "wss://a.example/ws")]
    [InlineData("gatewayApi.enabled=true,gatewayApi.parentRefs[0].name=gw,config.Gateway:TrustedProxies=10.0.0.0/8", "at /ws of the Gateway's address")]
    [InlineData("admin.port=9090", "port-forward deployment/chat-messenger-worker 9090")]
    [InlineData("trial.enabled=true,trial.password=0123456789abcdef", "THIS IS A TRIAL")]
    [InlineData("migration.mode=off", "migration.mode is off")]
    [InlineData("ingress.enabled=true,ingress.host=a.example,ingress.hosts[0]=b.example,config.Gateway:TrustedProxies=", "ws://a.example/ws", "ws://b.example/ws")]
    [InlineData("worker.replicas=2", "Sms:Provider is not set", "Push:Provider is not set", "Neither Files:Provider nor Files:Directory", "Data:CredentialKey is not set")]
    public void The_notes_tell_the_next_step_and_what_is_missing(string values, params string[] words)
    {
        var notes = Notes("secrets", ["--set", values]);
        Assert.All(words, word => Assert.Contains(word, notes, StringComparison.Ordinal));
    }

    /// <summary>Behind a proxy that is not named all clients are one address: one of them locks out the others.</summary>
    [Theory]
    [InlineData("ingress.enabled=true")]
    [InlineData("gatewayApi.enabled=true,gatewayApi.parentRefs[0].name=gw")]
    public void A_proxy_that_is_not_named_is_refused(string values)
    {
        foreach (var release in Tool.Helms)
        {
            var (code, output) = Tool.Helm(release, ["template", "chat", Tool.Chart, .. Rendered.Files(["secrets"]), "--set", values]);
            Assert.NotEqual(0, code);
            Assert.Contains("Gateway:TrustedProxies", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Where_everything_is_set_the_notes_miss_nothing() => Assert.DoesNotContain("set:", Notes("everything", []), StringComparison.Ordinal);

    /// <summary>The notes of an install; only helm 4 shows them without a cluster.</summary>
    private static string Notes(string values, string[] more)
    {
        var (code, output) = Tool.Helm(Four, ["install", "chat", Tool.Chart, "--dry-run=client", .. Rendered.Files([values]), .. more]);
        Assert.True(code == 0, output);
        return output[output.IndexOf("NOTES:", StringComparison.Ordinal)..];
    }

    private static V2HorizontalPodAutoscalerSpec Scaler(Rendered rendered, string role) =>
        rendered.All<V2HorizontalPodAutoscaler>().Single(one => one.Metadata.Name.EndsWith(role, StringComparison.Ordinal)).Spec;

    private static int MiB(ResourceQuantity quantity) => (int)(quantity.ToDecimal() / (1024 * 1024));

    private static string Document(string name) => File.ReadAllText(Path.Combine(Tool.Root, "docs", name));

    /// <summary>The paths of a file's values, such as <c>gateway.autoscaling.enabled</c>.</summary>
    private static IEnumerable<string> Leaves(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(file)));
        return Below(yaml.Documents[0].RootNode, "");

        static IEnumerable<string> Below(YamlNode node, string path) => node is YamlMappingNode { Children.Count: > 0 } map
            ? map.Children.SelectMany(child => Below(child.Value, path.Length == 0 ? $"{child.Key}" : $"{path}.{child.Key}"))
            : [path];
    }

    [GeneratedRegex(@"^  ([A-Z]\w+:[\w:]+) ", RegexOptions.Multiline)]
    private static partial Regex KeyLine();

    [GeneratedRegex("`([a-zA-Z.]+)`")]
    private static partial Regex Value();

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z0-9]*(?::[A-Za-z0-9]+)+)` \|", RegexOptions.Multiline)]
    private static partial Regex Key();
}
