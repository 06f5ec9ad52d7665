using System.Net;
using k8s.Models;
using Messenger.Testing.Servers;

namespace Messenger.Helm.Tests;

/// <summary>The image of the Dockerfile, started as the rendered chart says, each pod in a network namespace of its own.</summary>
/// <remarks>Needs root, and a machine that may mount and make namespaces: the message of the failed program says what is missing.</remarks>
public sealed class ImageTests : IAsyncLifetime
{
    private const string Image = "localhost/messenger:test";
    private const string Base = "localhost/messenger-base:test";
    private const string Host = "10.231.77.1";
    private const string Bridge = "msgr-test";

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly List<string> _pods = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        Assert.True(Environment.IsPrivilegedProcess, "building and starting an image needs root");
        Build();
        Tool.Run("ip", ["link", "del", Bridge]);
        Tool.Done("ip", "link", "add", Bridge, "type", "bridge");
        Tool.Done("ip", "addr", "add", $"{Host}/24", "dev", Bridge);
        Tool.Done("ip", "link", "set", Bridge, "up");
        _postgres = await PostgresServer.Start(Host);
        _redis = await RedisServer.Start(Host);
    }

    public async Task DisposeAsync()
    {
        foreach (var pod in _pods)
        {
            Tool.Run("podman", ["rm", "-f", "-t", "1", pod]);
            Tool.Run("ip", ["netns", "del", pod]);
        }

        Tool.Run("ip", ["link", "del", Bridge]);
        _http.Dispose();
        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task It_runs_as_gateway_and_as_worker_as_the_chart_says_and_drains_in_time()
    {
        var rendered = Rendered.From("kubectl-v35", "secrets");
        var database = _postgres.CreateDatabase().Replace("127.0.0.1", Host, StringComparison.Ordinal);
        var secrets = new Dictionary<string, string> { ["postgres"] = database, ["redis"] = $"{Host}:{_redis.Port}" };

        var migration = Assert.Single(rendered.All<V1Job>()).Spec.Template.Spec;
        Tool.Done("podman", [.. Arguments(Pod("msgr-migrate", 10), migration, secrets, "10.231.77.10"), Image, .. migration.Containers[0].Args]);

        var pods = rendered.All<V1Deployment>().ToDictionary(one => one.Metadata.Labels["app.kubernetes.io/component"], one => one.Spec.Template.Spec);
        Start("msgr-worker", 11, pods["worker"], secrets);
        Start("msgr-gateway", 12, pods["gateway"], secrets);
        await Answers("10.231.77.11", pods["worker"].Containers[0].ReadinessProbe, "msgr-worker");
        await Answers("10.231.77.12", pods["gateway"].Containers[0].ReadinessProbe, "msgr-gateway");
        await Answers("10.231.77.12", pods["gateway"].Containers[0].LivenessProbe, "msgr-gateway");
        Tool.Done("podman", "run", "--rm", "--network", "ns:/var/run/netns/msgr-gateway", "--ulimit", "nofile=10000:10000", "--ulimit", "nproc=4096:4096",
            Image, "check", "http://10.231.77.12:8080");

        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.AddSubProtocol("messenger.v1");
        await socket.ConnectAsync(new Uri("ws://10.231.77.12:8080/ws"), default);
        await Stops("msgr-gateway", pods["gateway"], async () =>
        {
            using var timeout = new CancellationTokenSource(RequestTimeout);
            var closing = await socket.ReceiveAsync(new byte[1024], timeout.Token);
            Assert.Equal(1001, (int?)socket.CloseStatus);
            await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        });
        await Stops("msgr-worker", pods["worker"], () => Task.CompletedTask);
    }

    private static void Build()
    {
        Assert.True(File.Exists(Path.Combine(Tool.Folder, "base.tar")), "the base is missing: run tests/tools/chart");
        Tool.Done("dotnet", "publish", "src/Messenger.Host", "-c", "Release", "--no-build", "-o", "artifacts/image", "-v", "quiet");
        var container = Tool.Done("buildah", "from", "scratch").Trim();
        Tool.Done("buildah", "add", "-q", container, Path.Combine(Tool.Folder, "base.tar"), "/");
        var dotnet = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var part in new[] { "shared", "host" })
        {
            Tool.Done("buildah", "add", "-q", container, Path.Combine(dotnet, part), $"/usr/share/dotnet/{part}");
        }

        Tool.Done("buildah", "commit", "-q", "--rm", container, Base);
        Tool.Done("buildah", "bud", "--isolation", "chroot", "--layers=false", "-f", "src/Messenger.Host/Dockerfile", "--build-arg", $"BUILD_IMAGE={Base}",
            "--build-arg", $"RUN_IMAGE={Base}", "--build-arg", "FROM_STAGE=published", "-t", Image, ".");
    }

    /// <summary>A network namespace for a pod.</summary>
    private string Pod(string name, int address)
    {
        Tool.Run("podman", ["rm", "-f", name]);
        Tool.Run("ip", ["netns", "del", name]);
        _pods.Add(name);
        Tool.Done("ip", "netns", "add", name);
        Tool.Done("ip", "link", "add", $"msgr{address}", "type", "veth", "peer", "name", "eth0", "netns", name);
        Tool.Done("ip", "link", "set", $"msgr{address}", "master", Bridge, "up");
        Tool.Done("ip", "-n", name, "addr", "add", $"10.231.77.{address}/24", "dev", "eth0");
        Tool.Done("ip", "-n", name, "link", "set", "eth0", "up");
        Tool.Done("ip", "-n", name, "link", "set", "lo", "up");
        return name;
    }

    private void Start(string name, int address, V1PodSpec pod, Dictionary<string, string> secrets) => Tool.Done("podman",
        [.. Arguments(Pod(name, address), pod, secrets, $"10.231.77.{address}"), "-d", "--name", name, Image, .. pod.Containers[0].Args ?? []]);

    /// <summary>The rendered security context, environment and mounts, as podman takes them.</summary>
    private static List<string> Arguments(string name, V1PodSpec pod, Dictionary<string, string> secrets, string address)
    {
        var container = pod.Containers[0];
        List<string> arguments =
        [
            "run", "--runtime", "runc", "--network", $"ns:/var/run/netns/{name}", "--ulimit", "nofile=10000:10000", "--ulimit", "nproc=4096:4096",
            "--user", $"{pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}", "--security-opt", "no-new-privileges",
        ];
        if (container.SecurityContext.ReadOnlyRootFilesystem == true)
        {
            arguments.AddRange(["--read-only", "--read-only-tmpfs=false"]);
        }

        arguments.AddRange(container.SecurityContext.Capabilities.Drop.SelectMany(one => new[] { "--cap-drop", one }));
        arguments.AddRange(container.VolumeMounts.SelectMany(mount => new[] { "--tmpfs", $"{mount.MountPath}:rw,mode=1777" }));
        foreach (var variable in container.Env)
        {
            var value = variable.Value ?? (variable.ValueFrom.SecretKeyRef is { } secret ? secrets[secret.Key] : address);
            arguments.AddRange(["-e", $"{variable.Name}={value}"]);
        }

        return arguments;
    }

    private async Task Answers(string address, V1Probe probe, string name)
    {
        using var look = new PeriodicTimer(PollInterval);
        using var timeout = new CancellationTokenSource(RequestTimeout);
        while (!await Good(new Uri($"http://{address}:8080{probe.HttpGet.Path}")))
        {
            Assert.False(timeout.IsCancellationRequested, $"{name} does not answer at {probe.HttpGet.Path}:\n{Tool.Run("podman", ["logs", name]).Output}");
            await look.WaitForNextTickAsync();
        }
    }

    private async Task<bool> Good(Uri url)
    {
        try
        {
            using var answer = await _http.GetAsync(url);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGTERM, and an end of its own within the grace period; podman would report a kill with 137.</summary>
    private static async Task Stops(string name, V1PodSpec pod, Func<Task> meanwhile)
    {
        var stopping = Task.Run(() => Tool.Done("podman", "stop", "-t", $"{pod.TerminationGracePeriodSeconds}", name));
        await meanwhile();
        await stopping;
        Assert.Equal("0", Tool.Done("podman", "inspect", "-f", "{{.State.ExitCode}}", name).Trim());
    }
}
