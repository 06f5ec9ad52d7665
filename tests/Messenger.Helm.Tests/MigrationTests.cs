using k8s.Models;

namespace Messenger.Helm.Tests;

/// <summary>The pods that are there for a moment stand where the others stand, and are found by the same policies.</summary>
public sealed class MigrationTests
{
    private const string Four = "kubectl-v35";

    [Fact]
    public void On_tainted_nodes_it_stands_where_the_workers_do_and_the_test_where_the_gateways_do()
    {
        foreach (var helm in Tool.Helms)
        {
            var pods = Pod.All(Rendered.With(helm, ["secrets"], "--set-json", """worker={"tolerations":[{"key":"w","operator":"Exists"}],"nodeSelector":{"pool":"w"},"priorityClassName":"w"}""",
                "--set-json", """gateway={"tolerations":[{"key":"g","operator":"Exists"}],"nodeSelector":{"pool":"g"},"priorityClassName":"g"}"""));
            foreach (var (owner, of) in new[] { ("chat-messenger-migrate", "w"), ("chat-messenger-test", "g") })
            {
                var pod = pods.Single(one => one.Owner == owner).Spec;
                Assert.Equal(of, Assert.Single(pod.Tolerations).Key);
                Assert.Equal((of, of), (pod.NodeSelector["pool"], pod.PriorityClassName));
            }
        }
    }

    [Fact]
    public void What_they_say_themselves_wins()
    {
        var pods = Pod.All(Rendered.From(Four, "everything"));
        foreach (var owner in new[] { "chat-migrate", "chat-test" })
        {
            var pod = pods.Single(one => one.Owner == owner);
            Assert.Equal(("jobs", "low", "j", "l"), (pod.Spec.NodeSelector["pool"], pod.Spec.PriorityClassName, pod.Labels["i"], pod.Annotations!["k"]));
            Assert.Null(pod.Spec.Affinity);
        }

        Assert.Equal("jobs", Assert.Single(pods.Single(one => one.Owner == "chat-migrate").Spec.Tolerations).Key);
        Assert.Null(pods.Single(one => one.Owner == "chat-test").Spec.Tolerations);
        var job = Assert.Single(Rendered.From(Four, "everything").All<V1Job>()).Metadata;
        Assert.Equal(("f", "h"), (job.Labels["e"], job.Annotations["g"]));
    }

    /// <summary>In a namespace that denies by default a pod that no policy selects reaches no store, and every upgrade waits for its deadline.</summary>
    [Fact]
    public void A_policy_selects_every_pod_of_the_server()
    {
        var rendered = Rendered.With(Four, ["secrets"], "--set", "networkPolicy.egress.enabled=true");
        var policies = rendered.All<V1NetworkPolicy>().ToList();
        Assert.All(Pod.All(rendered), pod =>
        {
            var policy = Assert.Single(policies, policy => policy.Spec.PodSelector.MatchLabels.All(label => pod.Labels.TryGetValue(label.Key, out var value) && value == label.Value));
            Assert.Contains(policy.Spec.Egress, rule => rule.Ports.Any(port => port.Port.Value == "53"));
        });
        var migration = policies.Single(policy => policy.Metadata.Name == "chat-messenger-migrate");
        Assert.Contains(migration.Spec.Egress.SelectMany(rule => rule.Ports), port => port.Port.Value == "5432");
        Assert.Equal("pre-install,pre-upgrade", migration.Metadata.Annotations["helm.sh/hook"]);
        Assert.True(int.Parse(migration.Metadata.Annotations["helm.sh/hook-weight"], System.Globalization.CultureInfo.InvariantCulture) < 0, "the Job has 0 and must find its policy there");
        Assert.Empty(Rendered.With(Four, ["secrets"], "--set", "networkPolicy.enabled=false").All<V1NetworkPolicy>());
    }

    [Fact]
    public void It_is_a_hook_a_wave_or_off()
    {
        var hook = Assert.Single(Rendered.From(Four, "secrets").All<V1Job>());
        Assert.Equal("pre-install,pre-upgrade", hook.Metadata.Annotations["helm.sh/hook"]);

        var argo = Rendered.With(Four, ["secrets"], "--set", "migration.mode=argo");
        var job = Assert.Single(argo.All<V1Job>()).Metadata.Annotations;
        Assert.Equal(("Sync", "-1"), (job["argocd.argoproj.io/hook"], job["argocd.argoproj.io/sync-wave"]));
        Assert.DoesNotContain(job.Keys, name => name.StartsWith("helm.sh/", StringComparison.Ordinal));
        var policy = argo.All<V1NetworkPolicy>().Single(one => one.Metadata.Name == "chat-messenger-migrate").Metadata.Annotations;
        Assert.Equal("-2", policy["argocd.argoproj.io/sync-wave"]);
        Assert.DoesNotContain(policy.Keys, name => name.StartsWith("helm.sh/", StringComparison.Ordinal));

        var off = Rendered.With(Four, ["secrets"], "--set", "migration.mode=off,test.enabled=false");
        Assert.Empty(off.All<V1Job>());
        Assert.Equal(["chat-messenger-gateway", "chat-messenger-worker"], Pod.All(off).Select(pod => pod.Owner).Order(StringComparer.Ordinal));
        Assert.Equal(2, off.All<V1NetworkPolicy>().Count());
    }

    /// <summary>Argo CD renders at every look: another password each time would be one that the database does not have.</summary>
    [Fact]
    public void A_trial_is_rendered_alike_every_time()
    {
        foreach (var helm in Tool.Helms)
        {
            Assert.Equal(Rendered.From(helm, "trial").Text, Rendered.From(helm, "trial").Text);
        }

        var secret = Assert.Single(Rendered.From(Four, "trial").All<V1Secret>()).Data;
        Assert.Equal("0123456789abcdef0123456789abcdef", System.Text.Encoding.UTF8.GetString(secret["postgres-password"]));
        Assert.EndsWith("Password=0123456789abcdef0123456789abcdef", System.Text.Encoding.UTF8.GetString(secret["postgres"]), StringComparison.Ordinal);
    }
}
