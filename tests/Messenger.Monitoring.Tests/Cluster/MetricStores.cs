using System.Text.Json.Nodes;
using Messenger.Testing.Servers;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>A real server that answers PromQL.</summary>
internal abstract class MetricStore(string name) : Server(name)
{
    protected static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public Uri Url => new($"http://127.0.0.1:{Port}");

    protected abstract string Health { get; }

    /// <summary>How many series an expression gives now.</summary>
    public async Task<int> Count(string expression) => (await Ask($"/api/v1/query?query={Uri.EscapeDataString(expression)}"))["data"]!["result"]!.AsArray().Count;

    public async Task<JsonNode> Ask(string path)
    {
        using var answer = await Http.GetAsync(new Uri(Url, path));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    protected override async Task<bool> Ready()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Url, Health));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

/// <summary>Prometheus, which scrapes the operator's ports and evaluates the chart's rules.</summary>
internal sealed class PrometheusServer : MetricStore
{
    private PrometheusServer()
        : base("prometheus")
    {
    }

    protected override string Health => "/-/ready";

    protected override (string Program, string[] Arguments) Command => (
        Tool.Program("prometheus"),
        [$"--config.file={Folder}/prometheus.yml", $"--storage.tsdb.path={Folder}/data", $"--web.listen-address=127.0.0.1:{Port}", "--log.level=error"]);

    public static async Task<PrometheusServer> Start(params int[] admins)
    {
        var server = new PrometheusServer();
        foreach (var file in Rule.Files)
        {
            File.Copy(file, Path.Combine(server.Folder, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(
            Path.Combine(server.Folder, "prometheus.yml"),
            $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [{{string.Join(", ", Rule.Files.Select(Path.GetFileName))}}]
            scrape_configs:
              - job_name: messenger
                static_configs: [{targets: [{{string.Join(", ", admins.Select(port => $"'127.0.0.1:{port}'"))}}]}]
            """);
        await server.Launch();
        return server;
    }
}

/// <summary>VictoriaMetrics, which takes OTLP.</summary>
internal sealed class VictoriaServer : MetricStore
{
    private VictoriaServer()
        : base("victoria")
    {
    }

    protected override string Health => "/health";

    protected override (string Program, string[] Arguments) Command => (
        Tool.Program("victoria-metrics"),
        [
            $"-storageDataPath={Folder}/data", $"-httpListenAddr=127.0.0.1:{Port}", "-opentelemetry.usePrometheusNaming", "-search.latencyOffset=0s",
            "-memory.allowedBytes=256MB", "-loggerLevel=ERROR",
        ]);

    public static async Task<VictoriaServer> Start()
    {
        var server = new VictoriaServer();
        await server.Launch();
        return server;
    }
}
