using k8s.Models;

namespace Messenger.Helm.Tests;

public sealed class ChartTests
{
    private const string Four = "kubectl-v35";

    /// <summary>Seconds: the server's own limit of a stop.</summary>
    private const int ShutdownLimit = 90;

    private static readonly string[][] Sets = [["secrets"], ["trial"], ["everything"], ["everything", "trial"], ["secrets", "small"], ["secrets", "medium"], ["secrets", "large"]];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var helm in Tool.Helms)
            {
                foreach (var set in Sets)
                {
                    cases.Add(helm, string.Join('+', set));
                }
            }

            return cases;
        }
    }

    [Fact]
    public void It_has_the_version_of_the_server()
    {
        var props = File.ReadAllText(Path.Combine(Tool.Root, "src", "Directory.Build.props"));
        var version = props.Split("<Version>")[1].Split("</Version>")[0];
        var chart = File.ReadAllLines(Path.Combine(Tool.Chart, "Chart.yaml"));
        Assert.Contains($"version: {version}", chart);
        Assert.Contains($"appVersion: \"{version}\"", chart);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_lints_renders_and_validates(string helm, string set)
    {
        var values = set.Split('+');
        var (code, words) = Tool.Helm(helm, ["lint", "--strict", Tool.Chart, .. Rendered.Files(values)]);
        Assert.True(code == 0, words);

        var rendered = Rendered.From(helm, values);
        var (invalid, faults) = Tool.Run("node", [Path.Combine(Tool.Tests, "validate.js"), Tool.Folder], rendered.Text);
        Assert.True(invalid == 0, faults);

        Assert.Equal(2, rendered.All<V1Deployment>().Count());
        Assert.Equal(2, rendered.All<V1PodDisruptionBudget>().Count(budget => budget.Spec.MaxUnavailable is not null));
        Assert.All(rendered.All<V1ServiceAccount>(), account => Assert.False(account.AutomountServiceAccountToken));
        Assert.All(Pods(rendered), pod => Restricted(pod));
        Assert.All(rendered.All<V1Deployment>(), Drains);
        Assert.All(Pods(rendered).SelectMany(pod => pod.Containers).SelectMany(container => container.Env ?? []), variable =>
            Assert.False(variable.Value is not null && variable.Name.StartsWith("ConnectionStrings", StringComparison.Ordinal), $"{variable.Name} is no reference"));
        if (!values.Contains("trial"))
        {
            Assert.Empty(rendered.All<V1Secret>());
        }
    }

    [Fact]
    public void A_selector_stays_over_upgrades_and_finds_its_pods()
    {
        var first = Rendered.From(Four, "secrets").All<V1Deployment>().ToDictionary(one => one.Metadata.Name, one => one.Spec.Selector.MatchLabels);
        Assert.All(first, one => Assert.Equal(
            ["app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/name"], one.Value.Keys.Order(StringComparer.Ordinal)));
        foreach (var size in new[] { "small", "medium", "large" })
        {
            var later = Rendered.From(Four, "secrets", size);
            Assert.All(later.All<V1Deployment>(), one =>
            {
                Assert.Equal(first[one.Metadata.Name], one.Spec.Selector.MatchLabels);
                Assert.All(one.Spec.Selector.MatchLabels, label => Assert.Equal(label.Value, one.Spec.Template.Metadata.Labels[label.Key]));
            });
        }
    }

    [Fact]
    public void Autoscaling_takes_connections_and_goes_down_slowly()
    {
        var scaler = Rendered.From(Four, "everything").All<V2HorizontalPodAutoscaler>().First(one => one.Metadata.Name.EndsWith("gateway", StringComparison.Ordinal));
        Assert.Equal("messenger_gateway_sessions", scaler.Spec.Metrics.First(metric => metric.Type == "Pods").Pods.Metric.Name);
        Assert.Equal(1, Assert.Single(scaler.Spec.Behavior.ScaleDown.Policies).Value);
        Assert.True(scaler.Spec.Behavior.ScaleDown.StabilizationWindowSeconds >= 600);
    }

    [Fact]
    public void The_silo_port_is_for_silos_alone()
    {
        var policies = Rendered.From(Four, "everything").All<V1NetworkPolicy>().Where(policy => policy.Spec.Ingress is { Count: > 0 }).ToList();
        Assert.Equal(["chat-gateway", "chat-worker"], policies.Select(policy => policy.Metadata.Name).Order(StringComparer.Ordinal));
        foreach (var policy in policies)
        {
            var silo = Assert.Single(policy.Spec.Ingress, rule => rule.Ports.Any(port => port.Port.Value == "silo"));
            var from = Assert.Single(silo.FromProperty);
            Assert.Null(from.NamespaceSelector);
            Assert.Equal(["gateway", "worker"], Assert.Single(from.PodSelector.MatchExpressions).Values);
        }
    }

    [Theory]
    [InlineData("gatway.replicas=3", "gatway")]
    [InlineData("worker.replicas=many", "replicas")]
    [InlineData("config.NoSection=1", "NoSection")]
    [InlineData("config.Sms:Providr=twilio", "Sms:Providr")]
    [InlineData("postgres.pooler=statement", "pooler")]
    [InlineData("gateway.connectionsPerPod=40000", "cannot be drained in the 65 s")]
    [InlineData("postgres.existingSecret=", "trial.enabled=true")]
    [InlineData("siloTls.certManager.enabled=true", "give issuerRef.name")]
    [InlineData("siloTls.mode=off", "mode")]
    [InlineData("siloTls.existingSecret=tls,extraEnv[0].name=Silo__Tls__Mode", "given twice")]
    [InlineData("podMonitor.enabled=true", "needs admin.port")]
    [InlineData("gatewayApi.enabled=true", "needs gatewayApi.parentRefs")]
    [InlineData("extraVolumeMounts[0].name=files", "mountPath")]
    [InlineData("gateway.terminationGracePeriodSeconds=60", "95")]
    [InlineData("postgres.host=db;Password=x", "host")]
    [InlineData("postgres.database=a b", "database")]
    [InlineData("postgres.options=Password=x", "options")]
    [InlineData("postgres.options=Username=x", "options")]
    [InlineData("postgres.options=SSL Mode", "options")]
    [InlineData("gateway.autoscaling.minReplicas=11", "gateway.autoscaling.minReplicas (11) is above gateway.autoscaling.maxReplicas (10)")]
    [InlineData("worker.autoscaling.maxReplicas=1", "worker.autoscaling.minReplicas (2) is above worker.autoscaling.maxReplicas (1)")]
    [InlineData("worker.autoscaling.enabled=true,worker.autoscaling.cpuPercent=null", "nothing to go by")]
    [InlineData("worker.podDisruptionBudget.minAvailable=2", "lets no pod go")]
    [InlineData("worker.podDisruptionBudget.minAvailable=many", "minAvailable")]
    [InlineData("service.loadBalancerClass=nlb", "for service.type LoadBalancer")]
    [InlineData("service.nodePort=30080", "for service.type NodePort or LoadBalancer")]
    [InlineData("service.ipFamilyPolicy=DualStack", "ipFamilyPolicy")]
    [InlineData("migration.mode=sometimes", "mode")]
    [InlineData("ingress.enabled=true,ingress.tlsSecret=tls,config.Gateway:TrustedProxies=", "the names of the certificate")]
    [InlineData("gateway.sidecars[0].name=proxy", "image")]
    [InlineData("gateway.livenessProbe.httGet.path=/x", "httGet")]
    [InlineData("gateway.strategy.type=Sometimes", "type")]
    [InlineData("extraObjects[0].kind=ConfigMap", "apiVersion")]
    [InlineData("commonLabels.team=a b", "team")]
    [InlineData("trial.enabled=true", "trial.password")]
    [InlineData("trial.enabled=true,trial.password=short", "password")]
    [InlineData("trial.enabled=true,trial.password=0123456789abcde;", "password")]
    public void A_mistake_is_refused_in_words(string value, string words)
    {
        foreach (var helm in Tool.Helms)
        {
            var (code, output) = Tool.Helm(helm, ["template", "chat", Tool.Chart, "--kube-version", "1.33", .. Rendered.Files(["secrets"]), "--set", value]);
            Assert.NotEqual(0, code);
            Assert.Contains(words, output, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<V1PodSpec> Pods(Rendered rendered) =>
        rendered.All<V1Deployment>().Select(one => one.Spec.Template.Spec)
            .Concat(rendered.All<V1StatefulSet>().Select(one => one.Spec.Template.Spec))
            .Concat(rendered.All<V1Job>().Select(one => one.Spec.Template.Spec))
            .Concat(rendered.All<V1Pod>().Select(one => one.Spec));

    private static void Restricted(V1PodSpec pod)
    {
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.True(pod.SecurityContext.RunAsUser > 0);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.All(pod.Containers, container =>
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.NotNull(container.Resources.Limits["memory"]);
            Assert.NotNull(container.Resources.Requests["cpu"]);
        });
    }

    private static void Drains(V1Deployment deployment)
    {
        var pod = deployment.Spec.Template.Spec;
        var container = Assert.Single(pod.Containers, one => one.Name == "messenger");
        Assert.NotEqual("0", deployment.Spec.Strategy.RollingUpdate.MaxSurge.Value);
        Assert.Equal("0", deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
        Assert.True(pod.TerminationGracePeriodSeconds >= ShutdownLimit + container.Lifecycle.PreStop.Sleep.Seconds);
        Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.StartupProbe.HttpGet.Path);
        Assert.Equal(2, pod.TopologySpreadConstraints.Count);
        Assert.True(pod.Affinity.PodAntiAffinity is not null || pod.Affinity.NodeAffinity is not null, "nothing keeps the pods of a role apart");
    }
}
