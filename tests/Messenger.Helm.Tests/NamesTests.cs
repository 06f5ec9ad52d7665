namespace Messenger.Helm.Tests;

/// <summary>No name twice: Kubernetes' server-side apply refuses the object, and before it the last one won in silence, past the chart's own checks.</summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData("config.Gateway:DrainPerSecond=1", "Gateway:DrainPerSecond", "gateway.drainPerSecond", "config.\"Gateway:DrainPerSecond\"")]
    [InlineData("config.Gateway:drainpersecond=1", "Gateway:drainpersecond", "gateway.drainPerSecond", "config.\"Gateway:drainpersecond\"")]
    [InlineData("admin.port=9090,config.Admin:Port=1", "Admin:Port", "admin.port", "config.\"Admin:Port\"")]
    [InlineData("admin.port=9090,secretConfig.Admin:Port.secret=a,secretConfig.Admin:Port.key=b", "Admin:Port", "admin.port", "secretConfig.\"Admin:Port\"")]
    [InlineData("config.Sms:Provider=a,secretConfig.Sms:Provider.secret=a,secretConfig.Sms:Provider.key=b", "Sms:Provider", "config.\"Sms:Provider\"", "secretConfig.\"Sms:Provider\"")]
    [InlineData("trial.enabled=true,trial.password=0123456789abcdef,config.Data:MigrateOnStart=false", "Data:MigrateOnStart", "trial.enabled", "config.\"Data:MigrateOnStart\"")]
    [InlineData("extraEnv[0].name=ConnectionStrings__Postgres", "ConnectionStrings__Postgres", "postgres.existingSecret", "extraEnv[0]")]
    [InlineData("extraEnv[0].name=ConnectionStrings:Redis", "ConnectionStrings:Redis", "redis.existingSecret", "extraEnv[0]")]
    [InlineData("postgres.host=db,extraEnv[0].name=Postgres__Password", "Postgres__Password", "postgres.passwordKey", "extraEnv[0]")]
    [InlineData("redis.host=redis,config.Redis:Host=other", "Redis:Host", "redis.host", "config.\"Redis:Host\"")]
    [InlineData("extraEnv[0].name=Silo__Role", "Silo__Role", "the chart itself", "extraEnv[0]")]
    [InlineData("telemetry.endpoint=http://otel:4317,extraEnv[0].name=OTEL_RESOURCE_ATTRIBUTES", "OTEL_RESOURCE_ATTRIBUTES", "telemetry.endpoint", "extraEnv[0]")]
    [InlineData("config.Sms:Provider=a,extraEnv[0].name=SMS__PROVIDER", "SMS__PROVIDER", "config.\"Sms:Provider\"", "extraEnv[0]")]
    [InlineData("extraEnv[0].name=A,extraEnv[1].name=A", "A", "extraEnv[0]", "extraEnv[1]")]
    [InlineData("extraVolumes[0].name=tmp", "tmp", "the chart itself", "extraVolumes[0]")]
    [InlineData("extraVolumeMounts[0].name=a,extraVolumeMounts[0].mountPath=/tmp/", "/tmp/", "the chart itself", "extraVolumeMounts[0]")]
    [InlineData("gateway.sidecars[0].name=messenger,gateway.sidecars[0].image=a", "messenger", "the chart itself", "gateway.sidecars[0]")]
    [InlineData("worker.sidecars[0].name=a,worker.sidecars[0].image=a,worker.initContainers[0].name=a,worker.initContainers[0].image=a", "a", "worker.sidecars[0]", "worker.initContainers[0]")]
    [InlineData("commonLabels.app\\.kubernetes\\.io/name=other", "app.kubernetes.io/name", "the chart", "commonLabels")]
    [InlineData("gateway.podLabels.app\\.kubernetes\\.io/component=other", "app.kubernetes.io/component", "the chart", "gateway.podLabels")]
    [InlineData("commonLabels.team=a,migration.podLabels.team=b", "team", "commonLabels", "migration.podLabels")]
    [InlineData("commonLabels.team=a,test.podLabels.team=b", "team", "commonLabels", "test.podLabels")]
    [InlineData("dashboards.enabled=true,commonLabels.grafana_dashboard=a", "grafana_dashboard", "commonLabels", "dashboards.labels")]
    [InlineData("migration.annotations.helm\\.sh/hook=post-install", "helm.sh/hook", "migration.mode", "migration.annotations")]
    [InlineData("test.podAnnotations.helm\\.sh/hook=post-install", "helm.sh/hook", "the chart itself", "test.podAnnotations")]
    [InlineData("config.Gateway:TrustedProxies=,ingress.enabled=true,ingress.host=a.example,ingress.hosts[0]=a.example", "a.example", "ingress.host", "ingress.hosts[0]")]
    public void A_name_that_is_given_twice_is_refused_and_both_places_are_named(string values, string name, string first, string second)
    {
        foreach (var helm in Tool.Helms)
        {
            var (code, output) = Tool.Helm(helm, ["template", "chat", Tool.Chart, "--kube-version", "1.33", .. Rendered.Files(["secrets"]), "--set", values]);
            Assert.NotEqual(0, code);
            Assert.Contains($" {name} is given twice: by {first} and by {second}", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("secrets")]
    [InlineData("trial")]
    [InlineData("everything")]
    [InlineData("everything", "trial")]
    public void What_is_rendered_names_nothing_twice(params string[] values)
    {
        var rendered = Rendered.From(Tool.Helms[^1], values);
        Assert.All(Pod.All(rendered), pod => Assert.All(pod.Spec.Containers, container =>
        {
            Once((container.Env ?? []).Select(one => one.Name));
            Once((container.VolumeMounts ?? []).Select(one => one.MountPath));
        }));
        Assert.All(Pod.All(rendered), pod => Once((pod.Spec.Volumes ?? []).Select(one => one.Name)));
    }

    private static void Once(IEnumerable<string> names) =>
        Assert.Empty(names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key));
}
