using System.Text.RegularExpressions;
using k8s.Models;

namespace Messenger.Helm.Tests;

/// <summary>What a platform asks of every chart: each value is seen where it belongs.</summary>
public sealed partial class KnobsTests
{
    private const string Four = "kubectl-v35";

    private static readonly Lazy<Rendered> Everything = new(() => Rendered.From(Four, "everything"));
    private static readonly Lazy<Rendered> EverythingOnTrial = new(() => Rendered.From(Four, "everything", "trial"));

    /// <summary>OpenShift gives a user and a group of its own, and refuses every other.</summary>
    [Fact]
    public void No_pod_has_a_fixed_user_where_the_platform_gives_one()
    {
        foreach (var helm in Tool.Helms)
        {
            foreach (var set in new[] { "secrets", "trial" })
            {
                var without = Rendered.With(helm, [set], "--set", "podSecurityContext.runAsUser=null,podSecurityContext.runAsGroup=null,podSecurityContext.fsGroup=null"
                    + ",trial.podSecurityContext.runAsUser=null,trial.podSecurityContext.runAsGroup=null,trial.podSecurityContext.fsGroup=null");
                Assert.Equal(4, Pod.All(without).Count + (set == "secrets" ? 0 : -1));
                Assert.All(Pod.All(without), pod =>
                {
                    Assert.Equal((null, null, null), (pod.Spec.SecurityContext.RunAsUser, pod.Spec.SecurityContext.RunAsGroup, pod.Spec.SecurityContext.FsGroup));
                    Assert.True(pod.Spec.SecurityContext.RunAsNonRoot);
                });
                var none = Rendered.With(helm, [set], "--set", "podSecurityContext=null,securityContext=null,trial.podSecurityContext=null");
                Assert.DoesNotContain("securityContext", none.Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_pod_of_the_release_has_what_pods_have_in_common()
    {
        Assert.All(Pod.All(EverythingOnTrial.Value), pod =>
        {
            Assert.Equal("pull", Assert.Single(pod.Spec.ImagePullSecrets).Name);
            Assert.Equal("chat", pod.Labels["team"]);
            Assert.Equal("gvisor", pod.Spec.RuntimeClassName);
            Assert.Equal("10.0.0.1", Assert.Single(pod.Spec.HostAliases).Ip);
            Assert.Equal("ndots", Assert.Single(pod.Spec.DnsConfig.Options).Name);
            Assert.All(pod.Spec.Containers.Where(one => one.Name != "proxy"), container => Assert.StartsWith("mirror.example.org/", container.Image, StringComparison.Ordinal));
        });
        Assert.Contains("image: mirror.example.org/library/postgres:17", EverythingOnTrial.Value.Text, StringComparison.Ordinal);
        Assert.Equal(
            "registry.example.org/messenger:v1",
            Rendered.With(Four, ["secrets"], "--set", "image.registry=registry.example.org,image.tag=v1").All<V1Deployment>().First().Spec.Template.Spec.Containers[0].Image);
        Assert.Equal(
            EverythingOnTrial.Value.Text.Split("\nkind: ").Length - 2,
            EverythingOnTrial.Value.Text.Split("\n---").Count(part => part.Contains("\n  labels:\n", StringComparison.Ordinal) && part.Contains("\n    team: chat", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_role_has_its_placement_its_labels_its_containers_and_its_probes()
    {
        Assert.All(Everything.Value.All<V1Deployment>(), one =>
        {
            var pod = one.Spec.Template;
            Assert.Equal("d", pod.Metadata.Labels["c"]);
            Assert.Null(pod.Spec.Affinity.PodAntiAffinity);
            Assert.NotNull(pod.Spec.Affinity.NodeAffinity);
            Assert.Equal(["messenger", "proxy"], pod.Spec.Containers.Select(container => container.Name));
            Assert.Equal(["wait"], pod.Spec.InitContainers.Select(container => container.Name));
            Assert.Equal("2", one.Spec.Strategy.RollingUpdate.MaxSurge.Value);
            Assert.Equal(150, pod.Spec.TerminationGracePeriodSeconds);
            Assert.Equal((90, 20, 4), (pod.Spec.Containers[0].StartupProbe.FailureThreshold, pod.Spec.Containers[0].LivenessProbe.PeriodSeconds, pod.Spec.Containers[0].ReadinessProbe.PeriodSeconds));
            Assert.Equal("high", pod.Spec.PriorityClassName);
            Assert.Equal("b", pod.Spec.NodeSelector["a"]);
            Assert.Equal("chat", Assert.Single(pod.Spec.Tolerations).Key);
        });
    }

    /// <summary>No part of a Secret is put into a string that would have to quote it: each is a key of the server's own.</summary>
    [Theory]
    [InlineData("postgres.host=chat-rw,postgres.database=app,postgres.options=SSL Mode=Require;Maximum Pool Size=6,postgres.usernameKey=user",
        "Postgres__Host=chat-rw Postgres__Port=5432 Postgres__Database=app Postgres__Options=SSL Mode=Require;Maximum Pool Size=6 Postgres__User<user Postgres__Password<password ConnectionStrings__Redis<redis")]
    [InlineData("postgres.hostKey=host,postgres.portKey=port,postgres.databaseKey=dbname,redis.host=redis-master,redis.passwordKey=redis-password,redis.tls=true",
        "Postgres__Host<host Postgres__Port<port Postgres__Database<dbname Postgres__User<username Redis__Host=redis-master Redis__Port=6379 Redis__Password<redis-password Redis__Tls=true")]
    [InlineData("postgres.key=uri,postgres.pooler=transaction,postgres.directKey=direct,redis.host=sentinel,redis.port=26379,redis.serviceName=mymaster,redis.passwordKey=",
        "ConnectionStrings__Postgres<uri Postgres__Pooler=transaction ConnectionStrings__PostgresDirect<direct Redis__Host=sentinel Redis__Port=26379 Redis__ServiceName=mymaster")]
    public void Stores_come_from_Secrets_as_their_operators_make_them(string values, string expected)
    {
        foreach (var helm in Tool.Helms)
        {
            var rendered = Rendered.With(helm, ["secrets"], "--set", "postgres.existingSecret=chat-app,redis.existingSecret=chat-app," + values);
            Assert.All(Pod.All(rendered).Where(pod => pod.Spec.Containers[0].Env is not null), pod =>
            {
                var env = pod.Spec.Containers[0].Env.Select(one => one.Value is { } value ? $"{one.Name}={value}" : $"{one.Name}<{one.ValueFrom.SecretKeyRef?.Key}").ToList();
                Assert.All(Part().Split(expected), part => Assert.Contains(part, env));
                Assert.All(
                    pod.Spec.Containers[0].Env.Where(one => one.ValueFrom?.SecretKeyRef is not null && Store().IsMatch(one.Name)),
                    one => Assert.Equal("chat-app", one.ValueFrom.SecretKeyRef.Name));
            });
        }

        Assert.DoesNotContain("Postgres__", Rendered.From(Four, "secrets").Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Postgres__", Rendered.With(Four, ["trial"], "--set", "postgres.host=db,redis.host=redis").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pooler_that_shares_by_transaction_needs_a_way_past_it()
    {
        var (code, output) = Tool.Helm(Four, ["template", "chat", Tool.Chart, .. Rendered.Files(["secrets"]), "--set", "postgres.pooler=transaction"]);
        Assert.NotEqual(0, code);
        Assert.Contains("needs postgres.directKey", output, StringComparison.Ordinal);
    }

    /// <summary>A space before the next name ends a part; values have spaces too.</summary>
    [GeneratedRegex(" (?=(Postgres|Redis|ConnectionStrings)__)", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();

    [GeneratedRegex("^(Postgres|Redis|ConnectionStrings)__")]
    private static partial Regex Store();

    [Fact]
    public void Replicas_are_left_out_where_another_scales()
    {
        foreach (var helm in Tool.Helms)
        {
            var left = Rendered.With(helm, ["secrets"], "--set", "gateway.replicas=null").All<V1Deployment>().ToDictionary(one => one.Metadata.Name, one => one.Spec.Replicas);
            Assert.Equal((null, 2), (left["chat-messenger-gateway"], left["chat-messenger-worker"]));
        }

        Assert.All(Rendered.With(Four, ["secrets"], "--set", "gateway.replicas=0,worker.replicas=0").All<V1Deployment>(), one => Assert.Equal(0, one.Spec.Replicas));
    }

    [Fact]
    public void Autoscaling_takes_metrics_and_a_behaviour()
    {
        var scalers = Everything.Value.All<V2HorizontalPodAutoscaler>().ToDictionary(one => one.Metadata.Name, one => one.Spec);
        Assert.Contains(scalers["chat-gateway"].Metrics, metric => metric.Resource?.Name == "memory");
        Assert.Equal((60, 800), (scalers["chat-worker"].Behavior.ScaleUp.StabilizationWindowSeconds, scalers["chat-worker"].Behavior.ScaleDown.StabilizationWindowSeconds));
        var memory = Rendered.With(Four, ["everything"], "--set", "gateway.autoscaling.cpuPercent=null").All<V2HorizontalPodAutoscaler>().Single(one => one.Metadata.Name == "chat-gateway");
        Assert.DoesNotContain(memory.Spec.Metrics, metric => metric.Resource?.Name == "cpu");
    }

    [Fact]
    public void A_budget_has_either_form_or_is_not()
    {
        var least = Rendered.With(Four, ["secrets"], "--set-string", "worker.podDisruptionBudget.minAvailable=50%", "--set", "gateway.podDisruptionBudget.minAvailable=1")
            .All<V1PodDisruptionBudget>().ToDictionary(one => one.Metadata.Name, one => one.Spec);
        Assert.Equal(("50%", null), (least["chat-messenger-worker"].MinAvailable.Value, least["chat-messenger-worker"].MaxUnavailable));
        Assert.Equal("1", least["chat-messenger-gateway"].MinAvailable.Value);
        Assert.Empty(Rendered.With(Four, ["secrets"], "--set", "worker.podDisruptionBudget.enabled=false,gateway.podDisruptionBudget.enabled=false").All<V1PodDisruptionBudget>());
    }

    [Fact]
    public void The_service_and_the_ingress_are_as_the_network_wants_them()
    {
        var service = Everything.Value.All<V1Service>().Single().Spec;
        Assert.Equal(("PreferDualStack", "example.org/nlb", "Local"), (service.IpFamilyPolicy, service.LoadBalancerClass, service.ExternalTrafficPolicy));
        Assert.Equal(["IPv4", "IPv6"], service.IpFamilies);
        Assert.Equal(["10.0.0.0/8"], service.LoadBalancerSourceRanges);
        Assert.Equal(("http", 30080), (service.Ports[0].AppProtocol, service.Ports[0].NodePort));
        Assert.Null(Rendered.With(Four, ["secrets"], "--set", "service.appProtocol=").All<V1Service>().Single().Spec.Ports[0].AppProtocol);
        Assert.Equal("kubernetes.io/ws", Rendered.From(Four, "secrets").All<V1Service>().Single().Spec.Ports[0].AppProtocol);

        var ingress = Everything.Value.All<V1Ingress>().Single().Spec;
        Assert.Equal(["chat.example.org", "www.chat.example.org"], ingress.Rules.Select(rule => rule.Host));
        Assert.Equal(["chat.example.org", "www.chat.example.org"], Assert.Single(ingress.Tls).Hosts);
        Assert.Null(Assert.Single(Rendered.With(Four, ["secrets"], "--set", "ingress.enabled=true,config.Gateway:TrustedProxies=").All<V1Ingress>().Single().Spec.Rules).Host);
    }

    [Fact]
    public void Objects_of_the_operators_belong_to_the_release() =>
        Assert.Contains(Everything.Value.All<V1ConfigMap>(), one => one.Metadata.Name == "mine" && one.Data["a"] == "b");

    [Fact]
    public void The_scrape_says_the_release_and_takes_what_a_monitor_has()
    {
        var monitor = Everything.Value.Text.Split("\n---").Single(part => part.Contains("kind: PodMonitor", StringComparison.Ordinal));
        foreach (var words in new[] { "\n  namespace: monitoring\n", "matchNames: [chat]", "scrapeTimeout: 10s", "replacement: one", "regex: pod_ip", "targetLabel: release", "__meta_kubernetes_pod_label_app_kubernetes_io_instance" })
        {
            Assert.Contains(words, monitor, StringComparison.Ordinal);
        }
    }
}
