using k8s.Models;

namespace Messenger.Helm.Tests;

/// <summary>What the chart keeps apart: the processes' port, metrics, and room on disks.</summary>
public sealed class WallsTests
{
    private const string Four = "kubectl-v35";

    [Fact]
    public void Pods_speak_mutual_TLS_with_a_Secret_of_cert_managers()
    {
        var rendered = Rendered.With(Four, ["secrets"], "--set", "siloTls.certManager.enabled=true,siloTls.certManager.issuerRef.name=ca");
        Assert.Contains("kind: Certificate", rendered.Text, StringComparison.Ordinal);
        Assert.Contains("dnsNames: [\"chat-messenger-silo.chat\"]", rendered.Text, StringComparison.Ordinal);
        foreach (var deployment in rendered.All<V1Deployment>())
        {
            var pod = deployment.Spec.Template.Spec;
            var container = pod.Containers[0];
            var env = container.Env.ToDictionary(one => one.Name, one => one.Value);
            Assert.Equal("require", env["Silo__Tls__Mode"]);
            Assert.Equal("chat-messenger-silo.chat", env["Silo__Tls__Name"]);
            var secret = Assert.Single(pod.Volumes, volume => volume.Name == "silo-tls").Secret;
            Assert.Equal("chat-messenger-silo", secret.SecretName);
            Assert.Equal(["ca.crt", "tls.crt", "tls.key"], secret.Items.Select(item => item.Key).Order(StringComparer.Ordinal));

            // Each variable names a file of it.
            Assert.All(
                ["Silo__Tls__Certificate", "Silo__Tls__Key", "Silo__Tls__Authority"],
                name => Assert.Contains(secret.Items, item => env[name] == $"/silo-tls/{item.Path}"));
            Assert.Contains(container.VolumeMounts, mount => mount is { Name: "silo-tls", MountPath: "/silo-tls" });
        }

        // It comes before the Secret does, and joins nobody.
        Assert.DoesNotContain(rendered.All<V1Job>().Single().Spec.Template.Spec.Containers[0].Env, one => one.Name.StartsWith("Silo__Tls", StringComparison.Ordinal));
        Assert.DoesNotContain("Silo__Tls", Rendered.From(Four, "secrets").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_and_administration_are_closed_to_other_namespaces()
    {
        var policies = Rendered.With(Four, ["secrets"], "--set", "admin.port=9090").All<V1NetworkPolicy>().Where(policy => policy.Spec.Ingress.Count > 0).ToList();
        Assert.Equal(2, policies.Count);
        foreach (var policy in policies)
        {
            var from = Assert.Single(Assert.Single(policy.Spec.Ingress, rule => rule.Ports.Any(port => port.Port.Value == "admin")).FromProperty);
            Assert.Null(from.NamespaceSelector);
            Assert.NotNull(from.PodSelector);
        }

        var told = Rendered.From(Four, "everything").All<V1NetworkPolicy>().First(policy => policy.Metadata.Name == "chat-worker");
        Assert.NotNull(Assert.Single(told.Spec.Ingress, rule => rule.Ports.Any(port => port.Port.Value == "admin")).FromProperty[0].NamespaceSelector);
    }

    [Fact]
    public void Parts_of_uploads_have_a_volume_of_their_own()
    {
        var s3 = Rendered.With(Four, ["secrets"], "--set", "config.Files:Provider=s3,config.Files:S3:Bucket=files,spool.sizeLimit=3Gi");
        foreach (var deployment in s3.All<V1Deployment>())
        {
            var pod = deployment.Spec.Template.Spec;
            Assert.Equal("3Gi", Assert.Single(pod.Volumes, volume => volume.Name == "spool").EmptyDir.SizeLimit.ToString());
            var at = Assert.Single(pod.Containers[0].VolumeMounts, mount => mount.Name == "spool").MountPath;
            Assert.NotEqual("/tmp", at);
            Assert.Contains(pod.Containers[0].Env, one => one.Name == "Files__S3__SpoolDirectory" && one.Value == at);
        }

        // An operator's own place stays.
        var own = Rendered.With(Four, ["secrets"], "--set", "config.Files:Provider=s3,config.Files:S3:SpoolDirectory=/mine");
        Assert.DoesNotContain("name: spool", own.Text, StringComparison.Ordinal);
    }
}
